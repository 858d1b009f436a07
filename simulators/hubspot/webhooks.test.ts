import assert from "node:assert/strict";
import { test } from "node:test";
import { Signature } from "@hubspot/api-client";
import { createCaller, startReceiver, startSimulator } from "#simulators/kit";
import { sign } from "./events.ts";
import { createHubSpotSimulator, defaults } from "./index.ts";

type Subscriptions = Array<{ eventType: string; propertyName?: string }>;

async function start(
  t: { after(task: () => Promise<void>): void },
  subscriptions: Subscriptions,
  reply?: (index: number) => number,
) {
  const receiver = await startReceiver(t, reply);
  const target = `${receiver.url}/webhooks/hubspot?tenant=acme%20co&x=a%3Ab`;
  const { url, control } = await startSimulator(t, createHubSpotSimulator, {
    limits: "off",
    webhookRetryDelaysMs: [1_000, 1_000],
  });
  control.webhooks(defaults.app.clientId, { targetUrl: target, subscriptions });
  const { accessToken } = control.connect();
  const events = async () => {
    await control.webhooksIdle();
    return receiver.received.splice(0).map(({ body }) => JSON.parse(body) as Array<Record<string, unknown>>);
  };
  return {
    url,
    control,
    receiver,
    target,
    events,
    portal: control.portal(),
    call: createCaller(url, { authorization: `Bearer ${accessToken}` }),
  };
}

test("a contact made by the API and one changed by a person are told to who subscribed", async (t) => {
  const { portal, call, events } = await start(t, [
    { eventType: "contact.creation" },
    { eventType: "contact.propertyChange", propertyName: "phone" },
    { eventType: "contact.deletion" },
  ]);
  const { body } = await call("POST", "/crm/objects/2026-09/contacts", {
    properties: { firstname: "Jane", city: "Orlando" },
  });
  const [created] = await events();
  portal.edit("contacts", body.id, { phone: "+14079780655", city: "Tampa" });
  const [changed] = await events();
  portal.archive("contacts", body.id);
  const [deleted] = await events();

  assert.equal(created?.length, 1);
  assert.equal(created?.[0]?.subscriptionType, "contact.creation");
  assert.deepEqual(
    [created?.[0]?.objectId, created?.[0]?.portalId, created?.[0]?.changeSource],
    [Number(body.id), defaults.portalId, "INTEGRATION"],
  );
  assert.equal(changed?.length, 1, "the city has no subscription");
  assert.deepEqual(
    [changed?.[0]?.propertyName, changed?.[0]?.propertyValue, changed?.[0]?.changeSource],
    ["phone", "+14079780655", "CRM_UI"],
  );
  assert.equal(deleted?.[0]?.subscriptionType, "contact.deletion");
});

test("events come in arrays of up to 100", async (t) => {
  const { call, events } = await start(t, [{ eventType: "contact.creation" }]);
  const inputs = (from: number) =>
    Array.from({ length: 100 }, (_, index) => ({ properties: { email: `p${from + index}@example.com` } }));
  await Promise.all(
    [0, 100].map((from) => call("POST", "/crm/objects/2026-09/contacts/batch/create", { inputs: inputs(from) })),
  );

  const sizes = (await events()).map((list) => list.length);
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    200,
  );
  assert.ok(Math.max(...sizes) <= 100);
});

test("the official signature check accepts ours, version 3 with the decoded address and version 1", async (t) => {
  const { portal, control, receiver, target } = await start(t, [{ eventType: "contact.creation" }]);
  portal.create("contacts", { firstname: "Zoë 名" });
  await control.webhooksIdle();
  const [{ body, headers } = { body: "", headers: {} as Record<string, string> }] = receiver.received;
  const shared = { clientSecret: defaults.app.clientSecret, requestBody: body, method: "POST" };
  const timestamp = Number(headers["x-hubspot-request-timestamp"]);

  const v3 = Signature.isValid({
    ...shared,
    signatureVersion: "v3",
    signature: String(headers["x-hubspot-signature-v3"]),
    timestamp,
    url: target.replace("%3A", ":"),
  });
  const v1 = Signature.isValid({
    ...shared,
    signatureVersion: "v1",
    signature: String(headers["x-hubspot-signature"]),
    url: target,
  });

  assert.deepEqual([v3, v1], [true, true]);
});

test("our signature matches known vectors", () => {
  const secret = "11111111-2222-3333-4444-555555555555";
  const timestamp = 1_767_225_601_000;
  const body =
    '[{"eventId":3816279340,"subscriptionId":25,"portalId":33,"appId":1160452,"occurredAt":1767225600000,"subscriptionType":"contact.propertyChange","attemptNumber":0,"objectId":501,"propertyName":"phone","propertyValue":"+14155550123","changeSource":"CRM_UI"}]';
  const url = "https://hooks.example.test/webhooks/hubspot";
  const v3 = (at: string, text: string) => sign({ secret, url: at, body: text, timestamp })["X-HubSpot-Signature-v3"];

  assert.equal(v3(url, body), "HqYz5nnt0LVNSOPi9oHdUYs/PzkWZ3TnR8p5UG+0mSw=");
  assert.equal(v3(`${url}?tenant=acme%20co&x=a%3Ab`, body), "2qtQYWnBbdnL0/Zs47KmCoV8fQ4rG/pehcGOZYp2iwE=");
  assert.equal(v3(url, '[{"objectId":1,"propertyValue":"Zoë 名"}]'), "6KdYuDP1CsSA1ZF2b+5OutVpcld7a2brTrcENljq2S8=");
  assert.equal(
    sign({ secret, url, body, timestamp })["X-HubSpot-Signature"],
    "b1484ca160319749c6bb629e1725731e377f5046dea2476da768587d70f2471e",
  );
});

test("a delivery that fails comes again with the next attempt number and a fresh signature", async (t) => {
  const { portal, control, receiver } = await start(t, [{ eventType: "contact.creation" }], (index) =>
    index < 2 ? 500 : 200,
  );
  portal.create("contacts", { firstname: "Jane" });
  for (let round = 0; round < 4; round++) {
    await control.webhooksIdle();
    control.clock.advance(1_000);
  }
  await control.webhooksIdle();

  assert.deepEqual(
    receiver.received.map(({ body }) => JSON.parse(body)[0].attemptNumber),
    [0, 1, 2],
  );
  assert.equal(new Set(receiver.received.map(({ headers }) => headers["x-hubspot-signature-v3"])).size, 3);
});

test("an account that uninstalled the app is silent", async (t) => {
  const { portal, control, events } = await start(t, [{ eventType: "contact.creation" }]);
  control.revoke({ portalId: portal.id });
  portal.create("contacts", { firstname: "Jane" });
  assert.deepEqual(await events(), []);
});

test("an association, a merge and an erasure have their own events", async (t) => {
  const { portal, call, events } = await start(t, [
    { eventType: "contact.associationChange" },
    { eventType: "contact.merge" },
    { eventType: "contact.privacyDeletion" },
  ]);
  const [one, two] = [portal.create("contacts", { firstname: "A" }), portal.create("contacts", { firstname: "B" })];
  const company = portal.create("companies", { name: "Acme" });

  portal.associate("contacts", one.id, "companies", company.id);
  await call("POST", "/crm/objects/2026-09/contacts/merge", { primaryObjectId: one.id, objectIdToMerge: two.id });
  await call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", { objectId: one.id });

  const all = (await events()).flat();
  assert.deepEqual(
    all.map(({ subscriptionType }) => subscriptionType),
    ["contact.associationChange", "contact.merge", "contact.privacyDeletion"],
  );
  assert.deepEqual(
    [all[0]?.associationType, all[0]?.toObjectId, all[0]?.associationRemoved],
    ["CONTACT_TO_COMPANY", Number(company.id), false],
  );
  assert.deepEqual([all[1]?.primaryObjectId, all[1]?.mergedObjectIds], [Number(one.id), [Number(two.id)]]);
});

test("subscriptions can be made with the developer's key, at each of the paths", async (t) => {
  const { url, control } = await startSimulator(t, createHubSpotSimulator);
  const call = createCaller(url);
  const key = `?hapikey=${defaults.developerApiKey}`;
  const settings = { targetUrl: "https://hooks.example.test", throttling: { maxConcurrentRequests: 10 } };

  assert.equal((await call("PUT", `/webhooks/v3/${defaults.appId}/settings`, settings)).status, 401);
  assert.equal((await call("PUT", `/webhooks/v3/${defaults.appId}/settings${key}`, settings)).status, 200);
  const made = await call("POST", `/webhooks/2026-03/${defaults.appId}/subscriptions${key}`, {
    eventType: "contact.creation",
    active: true,
  });
  const wrong = await call("POST", `/app-webhooks/2026-09/${defaults.appId}/subscriptions${key}`, {
    eventType: "contact.propertyChange",
  });
  const list = await call("GET", `/app-webhooks/2026-09/${defaults.appId}/subscriptions${key}`);

  assert.deepEqual([made.status, wrong.status, list.body.results.length], [201, 400, 1]);
  assert.equal(control.webhookAttempts().length, 0);
});
