import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, type TestContext, test } from "node:test";
import { Redis } from "ioredis";
import { PlatformError } from "#core";
import { createTestDb, type Db } from "#db";
import { createBell } from "./bell.ts";
import { createBullmqTransport } from "./bullmq-transport.ts";
import { checkRedis } from "./check-redis.ts";
import { createOutboxRelay } from "./outbox-relay.ts";
import { startRedis } from "./test-redis.ts";
import { createTestTables, createWorld, lastFirst, until } from "./test-world.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {} };

let db: Db;
const file = lastFirst({ after });
before(async () => {
  db = await createTestDb(file);
});

function isUnsuited(error: unknown): boolean {
  return error instanceof PlatformError && error.code === "redis.unsuited";
}

test("a Redis that evicts or keeps no log is refused, with the settings that are wrong", () => {
  const check = (policy: string, aof: string) => () =>
    checkRedis(`maxmemory_policy:${policy}\r\naof_enabled:${aof}\r\n`);

  assert.doesNotThrow(check("noeviction", "1"));
  assert.throws(check("allkeys-lru", "1"), /maxmemory-policy is allkeys-lru\./);
  assert.throws(check("noeviction", "0"), /appendonly is off\./);
  assert.throws(() => checkRedis(""), isUnsuited);
});

for (const [name, settings] of [
  ["that keeps no log", { appendonly: "no" }],
  ["that evicts", { "maxmemory-policy": "allkeys-lru" }],
] as const) {
  test(`the transport does not open on a Redis ${name}`, async (t) => {
    const redis = await startRedis(t, settings);
    if (!redis) return t.skip("redis-server is not installed");
    const transport = createBullmqTransport({ db, redisUrl: redis.url, log: silent });

    await assert.rejects(transport.open(), isUnsuited);
  });
}

test("the Redis of this machine is taken when it is fit, and refused when it is not", async (t) => {
  const redisUrl = process.env.TIELINE_TEST_REDIS_URL;
  if (!redisUrl) {
    assert.notEqual(process.env.TIELINE_REQUIRE_SERVICES, "1", "TIELINE_TEST_REDIS_URL is required here");
    return t.skip("TIELINE_TEST_REDIS_URL is not set");
  }
  const redis = new Redis(redisUrl);
  const info = await redis.info().finally(() => redis.disconnect());
  const isFit = info.includes("aof_enabled:1") && info.includes("maxmemory_policy:noeviction");
  const queueName = `tieline-test-${randomUUID()}`;
  const transport = createBullmqTransport({ db, redisUrl, log: silent, queueName });
  t.after(() => transport.close());

  if (isFit) await transport.open();
  else await assert.rejects(transport.open(), isUnsuited);
});

test("what a relay could not hand over stays in the outbox, and goes out with the same ids later", async (t) => {
  const seen: string[][] = [];
  let isDown = true;
  const bell = createBell();
  const relay = createOutboxRelay({
    db,
    log: silent,
    pollMs: 10,
    bell,
    async deliver(wakes) {
      seen.push(wakes.map(({ id }) => id));
      if (isDown) throw new Error("Redis is away");
    },
  });
  t.after(() => relay.stop());
  await addToOutbox(db, ["a:1", "b:2"]);
  await until(() => seen.length >= 2, "it was tried twice");
  assert.equal(await outboxSize(db), 2);

  isDown = false;

  await until(async () => (await outboxSize(db)) === 0, "the outbox is empty");
  assert.deepEqual(seen.at(-1)?.toSorted(), seen[0]?.toSorted());
});

test("a wake-up handed over twice arrives once", async (t) => {
  const opened = await openTransport(t);
  if (!opened) return t.skip("redis-server is not installed");
  const { transport } = opened;
  const arrived: string[] = [];
  const kept = await db.transaction((tx) => tx.query("insert into wake_outbox (lane_key) values ('a:1') returning *"));
  const stop = await transport.consume(async (keys) => void arrived.push(...keys), { batch: 4 });
  await until(() => arrived.length === 1, "it arrived");

  // As if the process had ended after Redis had it and before the row was gone.
  await db.asOwner((tx) =>
    tx.query(
      "insert into wake_outbox overriding system value select * from json_populate_recordset(null::wake_outbox, $1::json)",
      [JSON.stringify(kept)],
    ),
  );
  await addToOutbox(db, ["b:2"]);
  await until(() => arrived.includes("b:2"), "the next one arrived");

  await stop();
  assert.deepEqual(arrived, ["a:1", "b:2"]);
});

test("with Redis gone, work is still found, nothing leaves the outbox, and stop comes to an end", async (t) => {
  const opened = await openTransport(t);
  if (!opened) return t.skip("redis-server is not installed");
  const { transport, redis } = opened;
  await createTestTables(db);
  const world = createWorld(db, transport);
  const elsewhere = createWorld(db, transport, { kind: world.ledger.laneKind }); // its wake-ups are not told to the runner
  const [near, far] = [await world.aLane(), await elsewhere.aLane()];
  const runner = await world.startRunner(t, { handler: world.handler(), patienceMs: 50 });

  await redis.kill();
  await world.addUnits(near, 1);
  await elsewhere.addUnits(far, 1);

  for (const lane of [near, far]) await until(async () => (await world.states(lane)).done === 1, "the lane is done");
  assert.equal(await outboxSize(db), 2);
  await runner.stop();
  await transport.close();
});

async function openTransport(context: TestContext) {
  const t = lastFirst(context);
  const redis = await startRedis(t);
  if (!redis) return null;
  const transport = createBullmqTransport({ db, redisUrl: redis.url, log: silent, pollMs: 10 });
  await transport.open();
  t.after(() => transport.close());
  return { transport, redis };
}

async function addToOutbox(db: Db, keys: string[]): Promise<void> {
  await db.transaction((tx) => tx.query("insert into wake_outbox (lane_key) select unnest($1::text[])", [keys]));
}

async function outboxSize(db: Db): Promise<number> {
  const [row] = await db.transaction((tx) =>
    tx.query<{ count: number }>("select count(*)::int as count from wake_outbox"),
  );
  return row?.count ?? 0;
}
