import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { createCaller, startReceiver, startSimulator } from "#simulators/kit";
import { createGoHighLevelSimulator, defaults, type GoHighLevelOptions, publicKey, signWebhook } from "./index.ts";

const { clientId } = defaults.app;

async function start(
  t: { after(task: () => Promise<void>): void },
  options: GoHighLevelOptions = {},
  reply?: (index: number) => number,
) {
  const receiver = await startReceiver(t, reply);
  const { url, control } = await startSimulator(t, createGoHighLevelSimulator, { limits: "off", ...options });
  control.webhooks(clientId, { url: `${receiver.url}/hooks` });
  const { accessToken } = control.connect();
  const call = createCaller(url, { authorization: `Bearer ${accessToken}`, version: "v3" });
  const messages = async () => {
    await control.webhooksIdle();
    return receiver.received.splice(0);
  };
  const types = async () => (await messages()).map(({ body }) => JSON.parse(body).type);
  return { control, call, messages, types, location: control.location() };
}

test("the signature is that of the known vector", () => {
  const body =
    '{"type":"ContactUpdate","locationId":"loc_000000000000001","id":"con_000000000000001","email":"ana@example.test","phone":"+14155550123","tags":["vip"],"timestamp":"2026-01-01T00:00:00.000Z","webhookId":"11111111-2222-4333-8444-555555555555"}';
  assert.equal(publicKey, "MCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=");
  assert.equal(
    signWebhook(body),
    "YJzubCNx0B1SHuK6dweM+zlbNcnwlinfzFWgpONIHoCa3vG9HhAAqs98W2Ufi7HgJhIYP8sC9m5U3ELMoA7QBA==",
  );
});

test("a new contact is told whole, flat and signed; the older signature only when asked for", async (t) => {
  const { control, call, messages } = await start(t, { legacySignature: true });
  await call("POST", "/contacts/", { locationId: defaults.locationId, firstName: "Ana", email: "ana@example.com" });
  const [message] = await messages();
  const body = message?.body ?? "";
  const { type, locationId, firstName, webhookId } = JSON.parse(body);
  assert.deepEqual(
    [type, locationId, firstName, typeof webhookId],
    ["ContactCreate", defaults.locationId, "Ana", "string"],
  );
  const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
  const signature = Buffer.from(String(message?.headers["x-ghl-signature"]), "base64");
  assert.equal(verify(null, Buffer.from(body), key, signature), true);
  assert.equal(verify(null, Buffer.from(`${body} `), key, signature), false);
  const older = Buffer.from(String(message?.headers["x-wh-signature"]), "base64");
  assert.equal(verify("RSA-SHA256", Buffer.from(body), control.legacyPublicKey(), older), true);
  const usual = await start(t);
  usual.location.createContact({ firstName: "Ana" });
  assert.equal((await usual.messages())[0]?.headers["x-wh-signature"], undefined);
});

test("each change of an opportunity, an appointment and tags has its own event", async (t) => {
  const { call, types, location, control } = await start(t);
  control.clock.set("2026-03-06T12:00:00Z", { frozen: true });
  const { locationId } = defaults;
  const contactId = location.createContact({ firstName: "Ana" }).id;
  const pipelineId = location.pipelines()[0]?.id;
  const { body } = await call("POST", "/opportunities/", {
    locationId,
    pipelineId,
    name: "Roof",
    status: "open",
    contactId,
  });
  await types();
  await call("PUT", `/opportunities/${body.opportunity.id}`, { status: "won", monetaryValue: 5 });
  const expected = ["OpportunityMonetaryValueUpdate", "OpportunityStatusUpdate", "OpportunityUpdate"];
  assert.deepEqual((await types()).sort(), expected);
  const startTime = "2026-03-09T09:00:00-04:00";
  await call("POST", "/calendars/events/appointments", {
    locationId,
    calendarId: defaults.calendarId,
    contactId,
    startTime,
  });
  assert.deepEqual(await types(), ["AppointmentCreate"]);
  await call("POST", `/contacts/${contactId}/tags`, { tags: ["vip"] });
  await call("DELETE", `/contacts/${contactId}`);
  assert.deepEqual((await types()).sort(), ["ContactDelete", "ContactTagUpdate"]);
});

test("only a 429 is tried again, six times; any other failure is lost", async (t) => {
  const busy = await start(t, {}, () => 429);
  busy.location.createContact({ firstName: "Ana" });
  let attempts = (await busy.messages()).length;
  for (let round = 0; round < 8; round++) {
    busy.control.clock.advance(700_000);
    attempts += (await busy.messages()).length;
  }
  assert.equal(attempts, 7);
  const broken = await start(t, {}, () => 500);
  broken.location.createContact({ firstName: "Ana" });
  await broken.messages();
  broken.control.clock.advance(700_000);
  assert.equal((await broken.messages()).length, 0);
});

test("nothing is told without an installation or the scope to read it, and an uninstall says good-bye", async (t) => {
  const { control, call, types, location } = await start(t, {
    apps: [{ scopes: ["oauth.write", "opportunities.readonly"] }],
  });
  location.createContact({ firstName: "Ana" });
  assert.deepEqual(await types(), []);
  assert.equal((await call("DELETE", `/marketplace/app/${defaults.app.id}/installations`)).status, 200);
  assert.deepEqual(await types(), ["UNINSTALL"]);
  const other = control.addLocation({ name: "Not installed" });
  other.createContact({ firstName: "Ben" });
  assert.deepEqual(await types(), []);
});
