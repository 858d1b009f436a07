import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cleanup, createCaller, startReceiver, startSimulator } from "#simulators/kit";
import { createGoogleCalendarSimulator, type GoogleCalendarOptions } from "./index.ts";

const watch = "/calendar/v3/calendars/primary/events/watch";
const list = "/calendar/v3/calendars/primary/events";

async function start(t: Cleanup, options: GoogleCalendarOptions = {}) {
  const { url, control } = await startSimulator(t, createGoogleCalendarSimulator, options);
  return { control, call: createCaller(url, { authorization: `Bearer ${control.connect().accessToken}` }), url };
}

test("a channel says sync first, then that something changed, with its token and growing numbers", async (t) => {
  const { control, call } = await start(t);
  const { url: address, received } = await startReceiver(t);
  const channel = { id: "channel-1", type: "web_hook", address, token: "secret", params: { ttl: "3600" } };

  const opened = await call("POST", watch, channel);
  await control.webhooksIdle();
  control.calendar().seed(2);
  await control.webhooksIdle();

  assert.deepEqual([opened.status, opened.body.kind, opened.body.token], [200, "api#channel", "secret"]);
  assert.equal(Math.round((Number(opened.body.expiration) - control.clock.now()) / 60_000), 60);
  assert.deepEqual(
    received.map(({ headers, body }) => [headers["x-goog-resource-state"], headers["x-goog-channel-token"], body]),
    [
      ["sync", "secret", ""],
      ["exists", "secret", ""],
      ["exists", "secret", ""],
    ],
  );
  assert.equal(received[0]?.headers["x-goog-message-number"], "1");
  assert.equal(received[0]?.headers["x-goog-resource-id"], opened.body.resourceId);

  const { resourceId } = opened.body;
  assert.equal((await call("POST", "/calendar/v3/channels/stop", { id: "channel-1", resourceId: "x" })).status, 404);
  assert.equal((await call("POST", "/calendar/v3/channels/stop", { id: "channel-1", resourceId })).status, 204);
  control.calendar().seed(1);
  await control.webhooksIdle();
  assert.equal(received.length, 3);
  assert.equal((await call("POST", watch, channel)).body.error.errors[0].reason, "channelIdNotUnique");
  const plain = await call("POST", watch, { ...channel, id: "c2", address: "http://example.com/hook" });
  assert.equal(plain.body.error.errors[0].reason, "push.webhookUrlNotHttps");
});

test("a channel ends after a week; only some answers are tried again", async (t) => {
  const { control, call } = await start(t, { pushRetryDelaysMs: [1_000] });
  const { url: address, received } = await startReceiver(t, (index) => (index === 0 ? 503 : index === 2 ? 404 : 200));
  await call("POST", watch, { id: "channel-1", type: "web_hook", address });
  await control.webhooksIdle();
  control.clock.advance(1_000);
  await control.webhooksIdle();
  assert.deepEqual(
    received.map(({ headers }) => headers["x-goog-message-number"]),
    ["1", "1"],
  );

  control.calendar().seed(1);
  await control.webhooksIdle();
  control.clock.advance(1_000);
  await control.webhooksIdle();
  assert.equal(received.length, 3, "a 404 is not tried again");

  control.clock.advance(7 * 86_400_000);
  control.calendar().seed(1);
  await control.webhooksIdle();
  assert.deepEqual([received.length, control.channels().length], [3, 0]);
});

test("a user has 600 requests a minute, and quota errors come in all their kinds", async (t) => {
  const { control, call } = await start(t, { limits: { perMinutePerUser: 2 } });
  await call("GET", list);
  await call("GET", list);
  const refused = await call("GET", list);
  assert.deepEqual(
    [refused.status, refused.body.error.errors[0]],
    [403, { message: "User Rate Limit Exceeded", domain: "usageLimits", reason: "userRateLimitExceeded" }],
  );
  control.clock.advance(60_000);
  assert.equal((await call("GET", list)).status, 200);

  control.limits({ perMinute: 0, status: 429 });
  assert.deepEqual((await call("GET", list)).body.error.errors[0].reason, "rateLimitExceeded");
  control.limits("documented");
  control.overuse(1);
  const write = () => call("POST", list, { start: { date: "2026-12-01" }, end: { date: "2026-12-02" } });
  assert.deepEqual((await write()).body.error.errors[0].reason, "quotaExceeded");
  control.fault({ kind: "commit-then-drop", match: { method: "POST" }, count: 1 });
  await assert.rejects(write());
  assert.equal(control.calendar().count(), 1);
});

test("the page and its JSON show calendars, escaped, and knobs change them", async (t) => {
  const { url, control } = await start(t);
  const call = createCaller(url);
  const event = { summary: "<b>Roe</b>", start: { date: "2026-12-01" }, end: { date: "2026-12-02" } };
  assert.equal((await call("POST", "/_simulator/seed", { events: [event] })).body.ids.length, 1);
  await call("POST", "/_simulator/seed", { events: 60 });

  const page = (await call("GET", "/_simulator")).body;
  assert.match(page, /rel="next"/);
  const last = (await call("GET", "/_simulator?after=50")).body;
  assert.match(last, /&lt;b&gt;Roe/);
  assert.doesNotMatch(last, /<b>Roe/);
  const state = (await call("GET", "/_simulator/state.json")).body;
  assert.deepEqual(
    state.calendars.map(({ id, events }: { id: string; events: number }) => [id, events]),
    [["dana@acme.example", 61]],
  );
  const records = (await call("GET", "/_simulator/state.json?calendar=dana@acme.example&limit=50")).body;
  assert.deepEqual([records.total, records.records.length, records.after], [61, 50, 50]);
  assert.equal((await call("POST", "/_simulator/seed", { calendar: "nope", events: 1 })).status, 400);
  const { id } = (await call("POST", "/_simulator/calendar", { summary: "Crew" })).body;
  assert.equal(control.calendar(id).count(), 0);
  control.reset();
  assert.equal(control.calendar().count(), 0);
});
