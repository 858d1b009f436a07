import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, startReceiver, startSimulator } from "#simulators/kit";
import { createPipedriveSimulator, defaults } from "./index.ts";

async function start(
  t: { after(task: () => Promise<void>): void },
  { event = "*.*", reply }: { event?: string; reply?: (index: number) => number } = {},
) {
  const receiver = await startReceiver(t, reply);
  const { url, control } = await startSimulator(t, createPipedriveSimulator, { limits: "off" });
  const { accessToken } = control.connect();
  const call = createCaller(`${url}/api`, { authorization: `Bearer ${accessToken}` });
  const [event_action, event_object] = event.split(".");
  const hook = {
    subscription_url: `${receiver.url}/hook/secret`,
    event_action,
    event_object,
    name: "ours",
    http_auth_user: "hook-user",
    http_auth_password: "s3cr3t-pass",
  };
  const made = await call("POST", "/v1/webhooks", hook);
  const messages = async () => {
    await control.webhooksIdle();
    return receiver.received.splice(0);
  };
  const bodies = async () => (await messages()).map(({ body }) => JSON.parse(body));
  return { url, control, call, hook, made, messages, bodies, company: control.company() };
}

test("a new person is told with Basic authentication, its flat form and the author's id as text", async (t) => {
  const { made, call, messages, company } = await start(t);
  assert.deepEqual([made.status, made.body.status, made.body.data.version], [201, "ok", "2.0"]);
  const { field_code } = company.addField("person", { name: "Outcome", type: "enum", options: ["Good"] });
  const option = company.fields("person").at(-1)?.options?.[0]?.id;
  await call("POST", "/v2/persons", { name: "Ana", custom_fields: { [field_code]: option } });

  const [message] = await messages();
  assert.equal(message?.headers.authorization, "Basic aG9vay11c2VyOnMzY3IzdC1wYXNz");
  const { meta, data, previous } = JSON.parse(message?.body ?? "{}");
  assert.deepEqual(
    [meta.action, meta.entity, meta.entity_id, meta.company_id, meta.user_id, meta.attempt, meta.version],
    ["create", "person", "1", String(defaults.companyId), String(defaults.userId), 1, "2.0"],
  );
  assert.deepEqual([meta.change_source, meta.type, previous], ["api", "application", null]);
  assert.deepEqual([data.name, data.visible_to], ["Ana", "3"]);
  assert.deepEqual(data.custom_fields[field_code], { type: "enum", id: option });
});

test("a change tells only what it was before, and a deletion only what was", async (t) => {
  const { company, bodies, control } = await start(t, { event: "*.person" });
  control.clock.set("2026-03-01T10:00:00Z", { frozen: true });
  company.create("persons", { name: "Ana" });
  company.create("deals", { title: "not asked for" });
  await bodies();
  company.edit("persons", 1, { name: "Ben", visible_to: 3 });
  const [changed] = await bodies();
  assert.deepEqual(changed.previous, { name: "Ana", first_name: "Ana" });
  assert.equal(changed.meta.change_source, "app");
  company.edit("persons", 1, { name: "Ben" });
  assert.deepEqual(await bodies(), [], "nothing changed");
  company.remove("persons", 1);
  const [deleted] = await bodies();
  assert.deepEqual([deleted.meta.action, deleted.data, deleted.previous.name], ["delete", null, "Ben"]);
});

test("a failed delivery comes again after 3, 30 and 150 seconds with the same id, and then no more", async (t) => {
  const { company, bodies, control } = await start(t, { event: "create.person", reply: () => 500 });
  company.create("persons", { name: "Ana" });
  const seen = await bodies();
  for (const ms of [3_000, 30_000, 150_000, 600_000]) {
    control.clock.advance(ms);
    seen.push(...(await bodies()));
  }
  assert.deepEqual(
    seen.map(({ meta }) => meta.attempt),
    [1, 2, 3, 4],
  );
  assert.equal(new Set(seen.map(({ meta }) => meta.id)).size, 1);
});

test("ten failures bring half an hour in which events are lost, and three days without success the end", async (t) => {
  let works = false;
  const { url, company, bodies, control } = await start(t, {
    event: "create.person",
    reply: () => (works ? 200 : 500),
  });
  control.webhookRetryDelays([]);
  for (let index = 0; index < 10; index++) company.create("persons", { name: "Ana" });
  assert.equal((await bodies()).length, 10);
  works = true;
  company.create("persons", { name: "Lost" });
  assert.equal((await bodies()).length, 0);
  control.clock.advance(30 * 60_000);
  company.create("persons", { name: "Told" });
  assert.deepEqual(
    (await bodies()).map(({ data }) => data.name),
    ["Told"],
  );
  works = false;
  control.clock.advance(3 * 86_400_000);
  company.create("persons", { name: "Last" });
  await bodies();
  const person = createCaller(`${url}/api`, { "x-api-token": defaults.apiToken });
  assert.deepEqual((await person("GET", "/v1/webhooks")).body.data, []);
});

test("an app sees and ends only its own webhooks, of which a user has 40 at most", async (t) => {
  const { url, call, hook, made } = await start(t);
  const person = createCaller(`${url}/api`, { "x-api-token": defaults.apiToken });
  const theirs = await person("POST", "/v1/webhooks", hook);
  assert.equal((await call("DELETE", `/v1/webhooks/${theirs.body.data.id}`)).status, 403);
  assert.equal((await call("DELETE", "/v1/webhooks/999")).status, 404);
  assert.equal((await call("GET", "/v1/webhooks")).body.data.length, 1);
  for (let index = 0; index < 38; index++) await call("POST", "/v1/webhooks", hook);
  const tooMany = await call("POST", "/v1/webhooks", hook);
  assert.deepEqual([tooMany.status, tooMany.body.status], [400, "error"]);
  assert.equal((await call("DELETE", `/v1/webhooks/${made.body.data.id}`)).status, 200);
  const wrong = await call("POST", "/v1/webhooks", { ...hook, subscription_url: "nowhere", event_object: "dog" });
  assert.deepEqual(Object.keys(wrong.body.errors), ["subscription_url", "event_object"]);
});
