import assert from "node:assert/strict";
import { test } from "node:test";
import { type Called, createCaller, startSimulator } from "#simulators/kit";
import { createHubSpotSimulator, defaults, type HubSpotOptions } from "./index.ts";

async function start(t: { after(task: () => Promise<void>): void }, options: HubSpotOptions = {}) {
  const hubspot = await startSimulator(t, createHubSpotSimulator, options);
  hubspot.control.clock.set("2026-02-15T14:30:00Z", { frozen: true });
  return hubspot;
}

const as = (url: string, token: string) => createCaller(url, { authorization: `Bearer ${token}` });
const read = (call: ReturnType<typeof createCaller>) => call("GET", "/crm/owners/2026-09");
const search = (call: ReturnType<typeof createCaller>) => call("POST", "/crm/objects/2026-09/contacts/search", {});

async function times(count: number, act: () => Promise<Called>): Promise<Called[]> {
  const answers: Called[] = [];
  for (let n = 0; n < count; n++) answers.push(await act());
  return answers;
}

const refused = (answers: Called[]) => answers.filter(({ status }) => status === 429).length;

test("an OAuth app gets 110 requests in 10 seconds, then exactly the documented refusal", async (t) => {
  const { control, url } = await start(t);
  const call = as(url, control.connect().accessToken);

  const answers = await times(111, () => read(call));
  const last = answers.at(-1) as Called;

  assert.equal(refused(answers), 1);
  assert.equal(last.status, 429);
  const { correlationId, groupName, ...body } = last.body;
  assert.deepEqual(body, {
    status: "error",
    message: "You have reached your ten_secondly_rolling limit.",
    errorType: "RATE_LIMIT",
    policyName: "TEN_SECONDLY_ROLLING",
  });
  assert.match(correlationId, /^[0-9a-f-]{36}$/);
  assert.match(groupName, /^publicapi:/);
  assert.equal(last.headers.get("retry-after"), null);
  assert.equal(answers[0]?.headers.get("x-hubspot-ratelimit-max"), "110");
  assert.equal(answers[0]?.headers.get("x-hubspot-ratelimit-remaining"), "109");
  assert.equal(answers[0]?.headers.get("x-hubspot-ratelimit-interval-milliseconds"), "10000");
  assert.equal(answers[0]?.headers.get("x-hubspot-ratelimit-daily"), null);
});

test("the ten seconds roll: places come back one by one", async (t) => {
  const { control, url } = await start(t);
  const call = as(url, control.connect().accessToken);
  await read(call);
  control.clock.advance(5_000);
  await times(109, () => read(call));

  assert.equal((await read(call)).status, 429);
  control.clock.advance(5_000);
  assert.equal((await read(call)).status, 200);
  assert.equal((await read(call)).status, 429);
});

test("each account has its own limit, and so has each app in it", async (t) => {
  const { control, url } = await start(t, {
    portals: [{ id: 1 }, { id: 2 }],
    apps: [{ clientId: "a" }, { clientId: "b" }],
  });
  const full = as(url, control.connect({ clientId: "a", portalId: 1 }).accessToken);
  assert.equal(refused(await times(111, () => read(full))), 1);

  assert.equal((await read(as(url, control.connect({ clientId: "a", portalId: 2 }).accessToken))).status, 200);
  assert.equal((await read(as(url, control.connect({ clientId: "b", portalId: 1 }).accessToken))).status, 200);
});

test("a static token is limited by tier and by day, and says so", async (t) => {
  const { control, url } = await start(t, { portals: [{ id: 1, tier: "starter", timeZone: "America/New_York" }] });
  const call = as(url, defaults.staticToken);

  const answers = await times(101, () => read(call));
  assert.equal(refused(answers), 1);
  assert.equal(answers[0]?.headers.get("x-hubspot-ratelimit-daily"), "250000");
  assert.equal(answers[0]?.headers.get("x-hubspot-ratelimit-daily-remaining"), "249999");

  control.limits({ daily: 1 });
  assert.equal((await read(call)).status, 200);
  assert.equal((await read(call)).body.policyName, "DAILY");
  control.clock.set("2026-02-16T04:59:59Z", { frozen: true }); // a second before midnight in New York
  assert.equal((await read(call)).status, 429);
  control.clock.advance(1_000);
  assert.equal((await read(call)).status, 200);
});

test("searches are limited to 5 a second for the account, without headers and outside the other limit", async (t) => {
  const { control, url } = await start(t);
  const call = as(url, control.connect().accessToken);

  const answers = await times(6, () => search(call));
  const last = answers.at(-1) as Called;

  assert.equal(refused(answers), 1);
  assert.deepEqual([last.body.message, last.body.policyName], ["You have reached your secondly limit.", "SECONDLY"]);
  assert.equal(answers[0]?.headers.get("x-hubspot-ratelimit-max"), null);
  assert.equal((await read(call)).headers.get("x-hubspot-ratelimit-remaining"), "109");
  assert.equal((await search(as(url, defaults.staticToken))).status, 429);
  control.clock.advance(1_000);
  assert.equal((await search(call)).status, 200);
});

test("another application that eats half of the limit leaves 55", async (t) => {
  const { control, url } = await start(t);
  control.externalLoad(0.5);
  const call = as(url, control.connect().accessToken);
  assert.equal(refused(await times(60, () => read(call))), 5);
});

test("limits can be lifted, and put back", async (t) => {
  const { control, url } = await start(t, { limits: "off" });
  const call = as(url, control.connect().accessToken);
  assert.equal(refused(await times(120, () => read(call))), 0);
  control.limits("documented");
  assert.equal(refused(await times(120, () => read(call))), 10);
});

test("a request without a valid token does not count", async (t) => {
  const { control, url } = await start(t);
  await times(120, () => read(as(url, "wrong")));
  assert.equal(
    (await read(as(url, control.connect().accessToken))).headers.get("x-hubspot-ratelimit-remaining"),
    "109",
  );
});
