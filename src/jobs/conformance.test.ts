import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { createTestClock, PlatformError, systemClock } from "#core";
import { type Cleanup, type Db, forEachEngine } from "#db";
import { createBullmqTransport } from "./bullmq-transport.ts";
import type { Lane, Slice } from "./jobs.ts";
import type { Log } from "./log.ts";
import { createPgBossTransport } from "./pg-boss-transport.ts";
import { startRedis } from "./test-redis.ts";
import { createLossyTransport, createTestTables, createWorld, lastFirst, until, type World } from "./test-world.ts";
import type { WakeTransport } from "./transport.ts";

const log: Log = { info: () => {}, warn: console.error, error: console.error };

forEachEngine((engine, open) => {
  conforms(`${engine} with pg-boss`, open, async (_, db) => createPgBossTransport({ db, log }));
  if (engine === "pglite") return; // one process only: nothing to tell other processes
  conforms(`${engine} with BullMQ on Redis`, open, async (t, db) => {
    const redis = await startRedis(t);
    return redis ? createBullmqTransport({ db, redisUrl: redis.url, log }) : null;
  });
});

/** What every combination of database and transport promises. */
function conforms(
  name: string,
  open: (t: Cleanup) => Promise<Db>,
  createTransport: (t: Cleanup, db: Db) => Promise<WakeTransport | null>,
): void {
  describe(name, () => {
    let db: Db;
    let transport: WakeTransport | null;
    const file = lastFirst({ after });
    before(async () => {
      db = await open(file);
      transport = await createTransport(file, db);
      await createTestTables(db);
      await transport?.prepare();
      await transport?.prepare(); // an upgrade runs it again
      await transport?.open();
      file.after(async () => transport?.close());
    });

    function promise(sentence: string, fn: (world: World, t: TestContext) => Promise<void>): void {
      test(sentence, async (t) => {
        if (!transport) return t.skip("redis-server is not installed");
        await fn(createWorld(db, transport), t);
      });
    }

    promise("everything that was committed is done once, and in the lane's order", async (world, t) => {
      const tenants = await Promise.all([1, 2, 3].map(() => world.aLane()));
      const all = await Promise.all([...tenants, ...tenants].map((lane) => world.aLane(lane.tenantId)));
      await world.startRunner(t, { handler: world.handler() });
      await world.startRunner(t, { handler: world.handler() });

      for (let round = 0; round < 5; round++) await Promise.all(all.map((lane) => world.addUnits(lane, 7)));

      for (const lane of all) {
        await until(async () => (await world.states(lane)).done === 35, "the lane is done");
        assert.deepEqual(
          (await world.effects(lane)).map(({ n }) => n),
          oneTo(35),
        );
      }
    });

    promise("what was rolled back wakes nobody", async (world, t) => {
      const lane = await world.aLane();
      const slices: Lane[] = [];
      await world.startRunner(t, { handler: world.handler({ onSlice: (slice) => void slices.push(slice.lane) }) });

      await assert.rejects(
        db.withTenant(lane.tenantId, async (tx) => {
          await world.lanes.wake(tx, [lane]);
          throw new Error("rolled back");
        }),
      );
      const other = await world.aLane();
      await world.addUnits(other, 1);
      await until(async () => (await world.states(other)).done === 1, "the other lane is done");

      assert.deepEqual(
        slices.map(({ subjectId }) => subjectId),
        [other.subjectId],
      );
    });

    promise("a wake-up reaches a runner that hears of it through the transport alone", async (world, t) => {
      const lane = await world.aLane();
      const elsewhere = createWorld(db, world.transport); // its wake-ups are not told to the runner
      await world.startRunner(t, { handler: world.handler(), reapEveryMs: 3_600_000 });

      await db.withTenant(lane.tenantId, (tx) =>
        tx.query("insert into test_units (tenant_id, subject_id, n, due_at) values ($1, $2, 1, '2000-01-01')", [
          lane.tenantId,
          lane.subjectId,
        ]),
      );
      await db.withTenant(lane.tenantId, (tx) => elsewhere.lanes.wake(tx, [lane]));

      await until(async () => (await world.states(lane)).done === 1, "the unit is done");
    });

    promise("a lane is with one worker at a time, however many runners and wake-ups there are", async (world, t) => {
      const lane = await world.aLane();
      let inside = 0;
      let most = 0;
      const handler = world.handler({
        limit: 2,
        async onSlice() {
          most = Math.max(most, ++inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside--;
        },
      });
      for (let i = 0; i < 3; i++) await world.startRunner(t, { handler, concurrency: 3 });

      for (let i = 0; i < 15; i++) {
        await world.addUnits(lane, 2);
        await db.transaction((tx) => world.transport.send(tx, [keyOf(lane), keyOf(lane)])); // and doubled by the transport
      }

      await until(async () => (await world.states(lane)).done === 30, "the lane is done");
      assert.equal(most, 1);
      assert.deepEqual(
        (await world.effects(lane)).map(({ n }) => n),
        oneTo(30),
      );
    });

    promise("a worker that stalled past its lease commits nothing more", async (world, t) => {
      const lane = await world.aLane();
      const stalled = Promise.withResolvers<Slice>();
      const goOn = Promise.withResolvers<void>();
      const late = Promise.withResolvers<unknown>();
      await world.startRunner(t, {
        leaseMs: 3_600_000,
        handler: {
          kind: lane.kind,
          async runSlice(slice) {
            stalled.resolve(slice);
            await goOn.promise;
            const effect = slice.transaction((tx) =>
              tx.query(
                "insert into test_effects (tenant_id, subject_id, n, slice) values ($1, $2, 99, gen_random_uuid())",
                [lane.tenantId, lane.subjectId],
              ),
            );
            late.resolve(
              await effect.then(
                () => "committed",
                (error) => error,
              ),
            );
            return { next: "idle" };
          },
        },
      });
      await world.addUnits(lane, 3);
      const slice = await stalled.promise;

      await expireLease(lane);
      await world.startRunner(t, { handler: world.handler() });
      await until(async () => (await world.states(lane)).done === 3, "the second worker is done");
      goOn.resolve();

      const error = await late.promise;
      assert(error instanceof PlatformError);
      assert.equal(error.code, "lease.lost");
      assert.equal(slice.signal.aborted, true);
      assert.deepEqual(
        (await world.effects(lane)).map(({ n }) => n),
        [1, 2, 3],
      );
    });

    promise("a slice that takes longer than its lease keeps it", async (world, t) => {
      const lane = await world.aLane();
      const slices: Slice[] = [];
      const done = Promise.withResolvers<void>();
      const handler = world.handler({
        async onSlice(slice) {
          slices.push(slice);
          await done.promise;
        },
      });
      await world.startRunner(t, { handler, leaseMs: 900 });
      await world.startRunner(t, { handler, leaseMs: 900 });
      await world.addUnits(lane, 1);
      await until(() => slices.length === 1, "the slice has begun");
      const firstEnd = (await world.laneRow(lane)).lease_until as Date;
      await until(
        async () => ((await world.laneRow(lane)).lease_until as Date) > new Date(+firstEnd + 900),
        "a whole lease went by",
      );
      done.resolve();

      await until(async () => (await world.states(lane)).done === 1, "the unit is done");
      assert.equal(slices.length, 1);
      assert.equal(slices[0]?.signal.aborted, false);
    });

    promise("a slice that hangs is given up, and its lane goes on", async (world, t) => {
      const lane = await world.aLane();
      const signals: AbortSignal[] = [];
      const handler = world.handler({
        onSlice(slice) {
          signals.push(slice.signal);
          if (signals.length === 1) return new Promise(() => {});
        },
      });
      await world.startRunner(t, { handler, maxSliceMs: 20 });

      await world.addUnits(lane, 1);

      await until(async () => (await world.states(lane)).done === 1, "the unit is done");
      assert.equal(signals[0]?.aborted, true);
      assert.match(world.logged.join("\n"), /internal.assumption/);
    });

    promise("a tenant with one unit waits one slice at most behind a tenant with hundreds", async (world, t) => {
      const [big, small] = [await world.aLane(), await world.aLane()];
      const order: string[] = [];
      const begun = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      await world.addUnits(big, 300);
      const handler = world.handler({
        limit: 10,
        async onSlice(slice) {
          order.push(slice.lane.subjectId === big.subjectId ? "big" : "small");
          if (order.length === 3) {
            begun.resolve();
            await goOn.promise;
          }
        },
      });
      await world.startRunner(t, { handler, concurrency: 1 });
      await begun.promise;
      await world.addUnits(small, 1);
      goOn.resolve();
      await until(async () => (await world.states(big)).done === 300, "the big lane is done");

      assert.deepEqual(order.slice(0, 5), ["big", "big", "big", "small", "big"]);
    });

    promise("work that comes while its lane is being worked is not missed", async (world, t) => {
      const lane = await world.aLane();
      let isFirst = true;
      const handler = world.handler({
        async onSlice(slice, units) {
          if (units.length === 0 || !isFirst) return;
          isFirst = false;
          await world.addUnits(slice.lane, 1);
        },
      });
      const answersIdle = {
        kind: handler.kind,
        runSlice: async (slice: Slice) => {
          await handler.runSlice(slice);
          return { next: "idle" as const }; // it looked before the new unit came
        },
      };
      await world.startRunner(t, { handler: answersIdle, reapEveryMs: 3_600_000 });

      await world.addUnits(lane, 1);

      await until(async () => (await world.states(lane)).done === 2, "both units are done");
    });

    promise("delayed work is left alone until it is due, and then done", async (_, t) => {
      const clock = createTestClock();
      const world = createWorld(db, transport as WakeTransport, { clock });
      const [lane, other] = [await world.aLane(), await world.aLane()];
      await world.startRunner(t, { handler: world.handler() });
      await world.addUnits(lane, 1, { dueAt: new Date(clock.now() + 60_000) });
      await world.addUnits(other, 1);
      await until(async () => (await world.states(other)).done === 1, "the other lane is done");
      assert.deepEqual(await world.states(lane), { queued: 1 });

      clock.advance(60_000);

      await until(async () => (await world.states(lane)).done === 1, "the unit is done");
    });

    promise("a lane that plain SQL marked is found", async (world, t) => {
      const lane = await world.aLane();
      await world.startRunner(t, { handler: world.handler() });
      await world.addUnits(lane, 2, { wake: false });

      await db.withTenant(lane.tenantId, (tx) =>
        tx.query(
          "insert into lanes (key, tenant_id, kind, subject_id, due_at, wakes) values ($1, $2, $3, $4, now(), 1)",
          [keyOf(lane), lane.tenantId, lane.kind, lane.subjectId],
        ),
      );

      await until(async () => (await world.states(lane)).done === 2, "the units are done");
    });

    promise("a wake-up that the transport lost is made good", async (world, t) => {
      const forgetful = createWorld(db, createLossyTransport());
      const lane = await forgetful.aLane();
      await forgetful.addUnits(lane, 2);
      assert.equal((await world.laneRow(lane)).queued, true);

      await forgetful.startRunner(t, { handler: forgetful.handler(), patienceMs: 100 });

      await until(async () => (await world.states(lane)).done === 2, "the units are done");
    });

    promise("a unit that no try survives goes dead, and the rest goes on", async (world, t) => {
      const lane = await world.aLane();
      await world.addUnits(lane, 3);
      await db.withTenant(lane.tenantId, (tx) =>
        tx.query("update test_units set attempts = 3, state = 'running' where subject_id = $1 and n = 2", [
          lane.subjectId,
        ]),
      );

      await world.startRunner(t, { handler: world.handler() });
      await until(async () => (await world.states(lane)).done === 2, "the others are done");

      assert.deepEqual(await world.states(lane), { dead: 1, done: 2 });
      assert.deepEqual(
        (await world.effects(lane)).map(({ n }) => n),
        [1, 3],
      );
    });

    promise("a lane whose slice throws comes back later, and new work does not hurry it", async (_, t) => {
      const clock = createTestClock();
      const world = createWorld(db, transport as WakeTransport, { clock });
      const lane = await world.aLane();
      let tries = 0;
      const handler = world.handler({
        onSlice() {
          if (++tries === 1) throw new Error("the first slice fails");
        },
      });
      await world.startRunner(t, { handler });
      await world.addUnits(lane, 1);
      await until(async () => (await world.laneRow(lane)).failures === 1, "the lane failed");
      await world.addUnits(lane, 1);
      const { due_at, queued } = await world.laneRow(lane);
      assert.equal(queued, false);
      assert((due_at as Date).getTime() >= clock.now() + 800);

      clock.advance(1_200); // 1 s ± 20 %

      await until(async () => (await world.states(lane)).done === 2, "the units are done");
      assert.equal(tries, 2);
      await until(async () => (await world.laneRow(lane)).failures === 0, "the lane is well again");
      assert.match(world.logged.join("\n"), /A slice failed/);
    });

    promise("stop lets a running slice finish, takes nothing new and leaves no lease", async (world, t) => {
      const [lane, next] = [await world.aLane(), await world.aLane()];
      const begun = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      const handler = world.handler({
        async onSlice() {
          begun.resolve();
          await goOn.promise;
        },
      });
      const runner = await world.startRunner(t, { handler, concurrency: 1 });
      await world.addUnits(lane, 1);
      await begun.promise;
      await world.addUnits(next, 1);

      const stopped = runner.stop();
      goOn.resolve();
      await stopped;

      assert.deepEqual(await world.states(lane), { done: 1 });
      assert.deepEqual(await world.states(next), { queued: 1 });
      assert.equal((await world.laneRow(lane)).lease_token, null);
      assert.equal((await world.laneRow(next)).lease_token, null);
      await world.startRunner(t, { handler: world.handler() });
      await until(async () => (await world.states(next)).done === 1, "another runner took the rest");
    });

    promise("a second stop aborts slices that do not end, and their lane is free", async (world, t) => {
      const lane = await world.aLane();
      const begun = Promise.withResolvers<Slice>();
      const runner = await world.startRunner(t, {
        handler: {
          kind: lane.kind,
          runSlice: (slice) => {
            begun.resolve(slice);
            return new Promise((_, reject) =>
              slice.signal.addEventListener("abort", () => reject(slice.signal.reason)),
            );
          },
        },
      });
      await world.addUnits(lane, 1);
      const slice = await begun.promise;

      const stopped = runner.stop();
      await Promise.all([stopped, runner.stop()]);

      assert.equal(slice.signal.aborted, true);
      const row = await world.laneRow(lane);
      assert.equal(row.lease_token, null);
      assert.equal(row.failures, 0);
      assert((row.due_at as Date).getTime() <= systemClock.now());
    });

    function expireLease(lane: Lane): Promise<unknown> {
      return db.withTenant(lane.tenantId, (tx) =>
        tx.query("update lanes set lease_until = clock_timestamp() - interval '1 s' where key = $1", [keyOf(lane)]),
      );
    }
  });
}

function keyOf(lane: Lane): string {
  return `${lane.kind}:${lane.subjectId}`;
}

function oneTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
