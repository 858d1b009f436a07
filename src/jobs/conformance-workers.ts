import assert from "node:assert/strict";
import { PlatformError, systemClock } from "#core";
import type { Lane, Slice } from "./jobs.ts";
import { keyOf, oneTo, type Promises, until, type World } from "./test-world.ts";

/** What is promised about those who do the work: one at a time, and an orderly end. */
export function promiseWorkers(promise: Promises): void {
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
      await world.db.transaction((tx) => world.transport.send(tx, [keyOf(lane), keyOf(lane)])); // and doubled by the transport
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

    await expireLease(world, lane);
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

  promise("stop lets a running slice finish, takes nothing new and leaves no lease", async (world, t) => {
    const [lane, next] = [await world.aLane(), await world.aLane()];
    const begun = Promise.withResolvers<AbortSignal>();
    const goOn = Promise.withResolvers<void>();
    const handler = world.handler({
      async onSlice({ signal }) {
        begun.resolve(signal);
        await goOn.promise;
      },
    });
    const runner = await world.startRunner(t, { handler, concurrency: 1 });
    await world.addUnits(lane, 1);
    const signal = await begun.promise;
    await world.addUnits(next, 1);

    const stopped = runner.stop();
    await until(async () => (await world.laneRow(next)).queued === false, "what waited was handed back");
    assert.equal(signal.aborted, false);
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
          return new Promise((_, reject) => slice.signal.addEventListener("abort", () => reject(slice.signal.reason)));
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
}

async function expireLease({ db }: World, lane: Lane): Promise<void> {
  await db.withTenant(lane.tenantId, (tx) =>
    tx.query("update lanes set lease_until = clock_timestamp() - interval '1 s' where key = $1", [keyOf(lane)]),
  );
}
