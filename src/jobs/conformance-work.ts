import assert from "node:assert/strict";
import { createTestClock } from "#core";
import type { Lane, Slice } from "./jobs.ts";
import { createLossyTransport, createWorld, keyOf, oneTo, type Promises, until } from "./test-world.ts";

/** What is promised about the work: none lost, none doubled, in order, in time and in turn. */
export function promiseWork(promise: Promises): void {
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
      world.db.withTenant(lane.tenantId, async (tx) => {
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
    const elsewhere = createWorld(world.db, world.transport); // its wake-ups are not told to the runner
    await world.startRunner(t, { handler: world.handler(), reapEveryMs: 3_600_000 });

    await world.db.withTenant(lane.tenantId, (tx) =>
      tx.query("insert into test_units (tenant_id, subject_id, n, due_at) values ($1, $2, 1, '2000-01-01')", [
        lane.tenantId,
        lane.subjectId,
      ]),
    );
    await world.db.withTenant(lane.tenantId, (tx) => elsewhere.lanes.wake(tx, [lane]));

    await until(async () => (await world.states(lane)).done === 1, "the unit is done");
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

  promise("lanes are served in the order in which they were woken", async (world, t) => {
    const lanes = [await world.aLane(), await world.aLane(), await world.aLane(), await world.aLane()];
    const order: string[] = [];
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const handler = world.handler({
      async onSlice(slice) {
        order.push(slice.lane.subjectId);
        begun.resolve();
        await goOn.promise;
      },
    });
    await world.startRunner(t, { handler, concurrency: 1 });
    for (const lane of lanes) {
      await world.addUnits(lane, 1);
      await begun.promise;
    }
    goOn.resolve();

    for (const lane of lanes) await until(async () => (await world.states(lane)).done === 1, "the lane is done");
    assert.deepEqual(
      order,
      lanes.map(({ subjectId }) => subjectId),
    );
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

  promise("delayed work is left alone until it is due, and then done", async ({ db, transport }, t) => {
    const clock = createTestClock();
    const world = createWorld(db, transport, { clock });
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

    await world.db.withTenant(lane.tenantId, (tx) =>
      tx.query(
        "insert into lanes (key, tenant_id, kind, subject_id, due_at, wakes) values ($1, $2, $3, $4, now(), 1)",
        [keyOf(lane), lane.tenantId, lane.kind, lane.subjectId],
      ),
    );

    await until(async () => (await world.states(lane)).done === 2, "the units are done");
  });

  promise("a wake-up that the transport lost is made good", async (world, t) => {
    const forgetful = createWorld(world.db, createLossyTransport());
    const lane = await forgetful.aLane();
    await forgetful.addUnits(lane, 2);
    assert.equal((await world.laneRow(lane)).queued, true);

    await forgetful.startRunner(t, { handler: forgetful.handler(), patienceMs: 100 });

    await until(async () => (await world.states(lane)).done === 2, "the units are done");
  });

  promise("a unit that no try survives goes dead, and the rest goes on", async (world, t) => {
    const lane = await world.aLane();
    await world.addUnits(lane, 3);
    await world.db.withTenant(lane.tenantId, (tx) =>
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

  promise(
    "a lane whose slice throws comes back later, and new work does not hurry it",
    async ({ db, transport }, t) => {
      const clock = createTestClock();
      const world = createWorld(db, transport, { clock });
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
    },
  );
}
