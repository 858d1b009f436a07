import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, startSimulator } from "#simulators/kit";
import { createPipedriveSimulator, defaults, type PipedriveOptions } from "./index.ts";

async function start(t: { after(task: () => Promise<void>): void }, options: PipedriveOptions = {}) {
  const { url, control } = await startSimulator(t, createPipedriveSimulator, options);
  control.clock.set("2026-03-01T10:00:00Z", { frozen: true });
  const bearer = (token: string) => createCaller(`${url}/api`, { authorization: `Bearer ${token}` });
  return { control, bearer, byToken: createCaller(`${url}/api`, { "x-api-token": defaults.apiToken }) };
}

test("the burst is counted for each token, by plan and kind of token, and rolls over two seconds", async (t) => {
  const { control, byToken, bearer } = await start(t, { companies: [{ plan: "lite" }] });
  const statuses: number[] = [];
  for (let index = 0; index < 21; index++) statuses.push((await byToken("GET", "/v2/persons/1")).status);
  assert.deepEqual([statuses.filter((status) => status === 404).length, statuses.at(-1)], [20, 429]);
  const refused = await byToken("GET", "/v2/persons/1");
  assert.deepEqual(
    [refused.headers.get("x-ratelimit-limit"), refused.headers.get("x-ratelimit-remaining")],
    ["20", "0"],
  );
  assert.equal(refused.headers.get("retry-after"), null, "no document promises it");
  const app = await bearer(control.connect().accessToken)("GET", "/v2/persons/1");
  assert.deepEqual([app.status, app.headers.get("x-ratelimit-limit")], [404, "80"]);
  control.clock.advance(2_000);
  assert.equal((await byToken("GET", "/v2/persons/1")).status, 404);
});

test("searches have a limit of their own", async (t) => {
  const { byToken } = await start(t);
  const statuses: number[] = [];
  for (let index = 0; index < 11; index++) statuses.push((await byToken("GET", "/v2/persons/search?term=ab")).status);
  assert.deepEqual(statuses, [...Array(10).fill(200), 429]);
  assert.equal((await byToken("GET", "/v2/persons")).status, 200);
});

test("each call costs its tokens from the company's day, whoever asks, until midnight", async (t) => {
  const { control, byToken, bearer } = await start(t, { limits: { dailyBudget: 32 } });
  const app = bearer(control.connect().accessToken);
  await byToken("GET", "/v2/persons"); // 10
  await app("POST", "/v2/persons", { name: "Ana" }); // 5
  await byToken("GET", "/v2/persons/1"); // 1
  const note = await byToken("POST", "/v1/notes", { content: "x", person_id: 1 }); // 10
  assert.equal(note.headers.get("x-daily-requests-left"), "6");
  assert.equal(control.company().spentToday(), 26);
  assert.equal((await byToken("GET", "/v2/persons")).status, 429, "10 do not fit in 6");
  assert.equal((await app("PATCH", "/v2/persons/1", { name: "B" })).status, 200, "5 do");
  control.clock.set("2026-03-02T00:00:00Z", { frozen: true });
  assert.equal((await byToken("GET", "/v2/persons")).status, 200);
});

test("the day's budget follows plan and seats, and others may use a part of it", async (t) => {
  const { control, byToken } = await start(t, { companies: [{ plan: "premium", seats: 3, extraBudget: 500 }] });
  const budget = async () => (await byToken("GET", "/v2/persons/1")).headers.get("x-daily-ratelimit-token-limit");
  assert.equal(await budget(), "450500");
  control.externalLoad(0.5);
  assert.equal(await budget(), "225250");
});

test("who keeps asking after refusals is shut out with a page that is no JSON", async (t) => {
  const { control, byToken } = await start(t, { limits: { burst: 1, blockAfterRefusals: 5, retryAfterSeconds: 2 } });
  const ask = () => byToken("GET", "/v2/persons/1");
  await ask();
  const refused = await ask();
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "2"]);
  for (let index = 0; index < 4; index++) await ask();
  const blocked = await ask();
  assert.equal(blocked.status, 403);
  assert.match(blocked.headers.get("content-type") ?? "", /html/);
  control.clock.advance(59_000);
  assert.equal((await ask()).status, 403);
  control.clock.advance(1_000);
  assert.equal((await ask()).status, 404);
});
