import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId, PlatformError } from "#core";
import { startTestApi } from "./testing.ts";

let runs = 0;
let hold: Promise<void> | null = null;
let fails = false;
const world = await startTestApi(
  { after },
  {
    overrides: {
      async accept(_tenant, call) {
        runs++;
        await hold;
        if (fails) throw new PlatformError("db.unavailable", "Down.");
        return { status: "accepted", id: newId("call"), callId: call.call_id, routedTo: 1 };
      },
    },
  },
);
const tenant = await world.addTenant();
const key = await world.addKey(tenant.id, ["admin"]);
const post = (idempotencyKey: string, callId = "c1") =>
  world.send("POST", "/v1/calls", {
    key,
    headers: { "idempotency-key": idempotencyKey },
    body: { call_id: callId, agent_id: "a1" },
  });

test("the same key and body run once and are answered the same", async () => {
  runs = 0;
  const first = await post("k1");
  const again = await post("k1");
  assert.deepEqual([first.status, again.status, runs], [202, 202, 1]);
  assert.deepEqual(again.json, first.json);
  assert.equal(again.headers.location, first.headers.location);
  assert.equal(first.headers["idempotency-replayed"], undefined);
  assert.equal(again.headers["idempotency-replayed"], "true");
});

test("the same key with another body is refused", async () => {
  await post("k2");
  const other = await post("k2", "another");
  assert.deepEqual([other.status, other.json.code], [422, "idempotency.mismatch"]);
});

test("while the first still runs, a repeat is told to wait", async () => {
  const gate = Promise.withResolvers<void>();
  hold = gate.promise;
  runs = 0;
  const first = post("k3");
  while (runs === 0) await new Promise(setImmediate);
  const meanwhile = await post("k3");
  assert.deepEqual([meanwhile.status, meanwhile.json.code], [409, "idempotency.in_flight"]);
  gate.resolve();
  hold = null;
  assert.equal((await first).status, 202);
  assert.equal((await post("k3")).headers["idempotency-replayed"], "true");
});

test("a failure of ours is tried again, a refusal is answered again", async () => {
  fails = true;
  assert.equal((await post("k4")).status, 503);
  fails = false;
  const second = await post("k4");
  assert.deepEqual([second.status, second.headers["idempotency-replayed"]], [202, undefined]);

  const agent = { key, headers: { "idempotency-key": "k5" }, body: { name: "Desk", external_id: "a1" } };
  assert.equal((await world.send("POST", "/v1/agents", agent)).status, 409);
  const repeated = await world.send("POST", "/v1/agents", agent);
  assert.deepEqual([repeated.status, repeated.headers["idempotency-replayed"]], [409, "true"]);
  assert.equal(repeated.headers["content-type"], "application/problem+json; charset=utf-8");
});

test("a request whose process died is taken over after two minutes, and a key is free after a day", async () => {
  runs = 0;
  hold = new Promise(() => {}); // never answered: as if the process had died
  void post("k6");
  while (runs === 0) await new Promise(setImmediate);
  hold = null;
  world.clock.advance(121_000);
  assert.equal((await post("k6")).status, 202);
  world.clock.advance(24 * 3_600_000 + 1);
  assert.equal((await post("k6", "another")).status, 202);
});

test("another key of the tenant shares nothing, and no kept answer shows a secret", async () => {
  const otherKey = await world.addKey(tenant.id, ["admin"]);
  const request = { headers: { "idempotency-key": "k7" }, body: { name: "x", scopes: ["read"] } };
  const one = await world.send("POST", "/v1/api-keys", { key, ...request });
  const two = await world.send("POST", "/v1/api-keys", { key: otherKey, ...request });
  assert.notEqual(one.json.secret, two.json.secret);
  const again = await world.send("POST", "/v1/api-keys", { key, ...request });
  assert.equal(again.json.secret, one.json.secret);
  const rows = await world.db.transaction((tx) => tx.query("select * from idempotency_keys"));
  assert.ok(!JSON.stringify(rows).includes(one.json.secret));
});
