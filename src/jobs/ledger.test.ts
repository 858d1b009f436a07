import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createTestClock } from "#core";
import { type Db, forEachEngine, type Tx } from "#db";
import type { Lane } from "./jobs.ts";
import { claimUnits, listDead, nextSlice, type Outcome, requeueDead, settleUnits } from "./ledger.ts";
import { createLossyTransport, createTestTables, createWorld, lastFirst, type Unit, type World } from "./test-world.ts";

forEachEngine((engine, open) => {
  describe(`a ledger on ${engine}`, () => {
    const file = lastFirst({ after });
    const clock = createTestClock();
    let db: Db;
    let world: World;
    before(async () => {
      db = await open(file);
      await createTestTables(db);
      world = createWorld(db, createLossyTransport(), { clock });
    });

    test("units are claimed in order, up to the limit, and their try is counted before the work", async () => {
      const lane = await aLaneWith(5);

      const units = await inLane(lane, (tx) => claim(tx, lane, 3));

      assert.deepEqual(
        units.map(({ n, attempts }) => [n, attempts]),
        [
          [1, 1],
          [2, 1],
          [3, 1],
        ],
      );
      assert.deepEqual(
        Object.keys(units[0] ?? {}).filter((column) => column.startsWith("ledger_")),
        [],
      );
      assert.deepEqual(await world.states(lane), { running: 3, queued: 2 });
    });

    test("units that a dead worker left running are taken over", async () => {
      const lane = await aLaneWith(2);
      await inLane(lane, (tx) => claim(tx, lane));

      const again = await inLane(lane, (tx) => claim(tx, lane));

      assert.deepEqual(
        again.map(({ n, attempts }) => [n, attempts]),
        [
          [1, 2],
          [2, 2],
        ],
      );
    });

    test("a unit is dead, with the reason, once it was claimed three times without an end", async () => {
      const lane = await aLaneWith(1);
      for (let i = 0; i < 3; i++) assert.equal((await inLane(lane, (tx) => claim(tx, lane))).length, 1);

      const claimed = await inLane(lane, (tx) => claim(tx, lane));

      assert.deepEqual(claimed, []);
      const [dead] = await inLane(lane, (tx) =>
        listDead<{ reason: string; attempts: number; finished_at: Date }>(tx, world.ledger, { limit: 10 }),
      );
      assert.equal(dead?.reason, "unit.poison");
      assert.equal(dead?.attempts, 3);
      assert.equal(dead?.finished_at.getTime(), clock.now());
    });

    test("a unit put back waits for its time, and does not hold up those behind it", async () => {
      const lane = await aLaneWith(2);
      const dueAt = new Date(clock.now() + 5_000);
      const first = await claimOne(lane);

      await settle(lane, [{ id: first.id, state: "queued", dueAt, reason: "provider.outage" }]);

      assert.deepEqual(
        (await inLane(lane, (tx) => claim(tx, lane))).map(({ n }) => n),
        [2],
      );
      assert.deepEqual(
        await inLane(lane, (tx) => nextSlice(tx, world.ledger, lane.subjectId, new Date(clock.now() - 1))),
        { next: "at", at: new Date(clock.now()) },
      );
    });

    test("the slice after the last unit is none, and the one before a delayed unit is at its time", async () => {
      const lane = await aLaneWith(1);
      const dueAt = new Date(clock.now() + 5_000);
      const unit = await claimOne(lane);
      await settle(lane, [{ id: unit.id, state: "queued", dueAt }]);
      assert.deepEqual(await next(lane), { next: "at", at: dueAt });

      clock.advance(5_000);
      assert.deepEqual(await next(lane), { next: "now" });
      await settle(lane, [{ id: (await claimOne(lane)).id, state: "done" }]);

      assert.deepEqual(await next(lane), { next: "idle" });
    });

    test("a unit put back after its last try is dead with the reason of that try", async () => {
      const lane = await aLaneWith(1);
      let dead: { id: string }[] = [];
      for (let i = 0; i < 3; i++) {
        const { id } = await claimOne(lane);
        dead = await settle(lane, [{ id, state: "queued", dueAt: new Date(clock.now()), reason: "provider.outage" }]);
      }

      assert.equal(dead.length, 1);
      const [row] = await inLane(lane, (tx) => listDead<{ reason: string }>(tx, world.ledger, { limit: 10 }));
      assert.equal(row?.reason, "provider.outage");
    });

    test("a try that could not begin costs none", async () => {
      const lane = await aLaneWith(1);
      for (let i = 0; i < 5; i++) {
        const { id } = await claimOne(lane);
        await settle(lane, [
          { id, state: "queued", dueAt: new Date(clock.now()), reason: "connection.paused", isFree: true },
        ]);
      }

      assert.equal((await claimOne(lane)).attempts, 1);
    });

    test("a unit that somebody else ended meanwhile is not written over", async () => {
      const lane = await aLaneWith(1);
      const { id } = await claimOne(lane);
      await inLane(lane, (tx) => tx.query("update test_units set state = 'skipped' where id = $1", [id]));

      await settle(lane, [{ id, state: "done" }]);

      assert.deepEqual(await world.states(lane), { skipped: 1 });
    });

    test("dead units come back with all their tries and wake their lane; others stay as they are", async () => {
      const lane = await aLaneWith(2);
      const [first, second] = (await inLane(lane, (tx) => claim(tx, lane))) as [Unit, Unit];
      await settle(lane, [
        { id: first.id, state: "dead", reason: "provider.validation", detail: "No." },
        { id: second.id, state: "done" },
      ]);
      await inLane(lane, (tx) => tx.query("delete from lanes where subject_id = $1", [lane.subjectId]));

      const count = await inLane(lane, (tx) =>
        requeueDead(tx, world.ledger, world.lanes, {
          tenantId: lane.tenantId,
          ids: [first.id, second.id],
          now: new Date(clock.now()),
        }),
      );

      assert.equal(count, 1);
      assert.deepEqual(await world.states(lane), { queued: 1, done: 1 });
      assert.equal((await world.laneRow(lane)).queued, true);
      assert.equal((await claimOne(lane)).attempts, 1);
    });

    async function aLaneWith(count: number): Promise<Lane> {
      const lane = await world.aLane();
      await world.addUnits(lane, count);
      return lane;
    }

    async function claimOne(lane: Lane): Promise<Unit> {
      const [unit] = await inLane(lane, (tx) => claim(tx, lane, 1));
      assert(unit, "a unit is due");
      return unit;
    }

    function claim(tx: Tx, lane: Lane, limit = 10): Promise<Unit[]> {
      return claimUnits<Unit>(tx, world.ledger, { subjectId: lane.subjectId, now: new Date(clock.now()), limit });
    }

    function settle(lane: Lane, outcomes: Outcome[]): Promise<{ id: string }[]> {
      return inLane(lane, (tx) => settleUnits(tx, world.ledger, outcomes, new Date(clock.now())));
    }

    function next(lane: Lane) {
      return inLane(lane, (tx) => nextSlice(tx, world.ledger, lane.subjectId, new Date(clock.now())));
    }

    function inLane<T>(lane: Lane, fn: (tx: Tx) => Promise<T>): Promise<T> {
      return db.withTenant(lane.tenantId, fn);
    }
  });
});
