import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, test } from "node:test";
import { createTestClock, type TenantId } from "#core";
import { type Db, forEachEngine } from "#db";
import type { Lane } from "./jobs.ts";
import { createLanes } from "./lanes.ts";
import { createLeases } from "./leases.ts";
import { createLossyTransport, createTestTables, createWorld, lastFirst } from "./test-world.ts";
import type { WakeTransport } from "./transport.ts";

forEachEngine((engine, open) => {
  describe(`waking lanes on ${engine}`, () => {
    const file = lastFirst({ after });
    const clock = createTestClock();
    const sent: string[] = [];
    const transport: WakeTransport = { ...createLossyTransport(), send: async (_, keys) => void sent.push(...keys) };
    const lanes = createLanes({ transport, clock });
    let db: Db;
    before(async () => {
      db = await open(file);
      await createTestTables(db);
    });

    beforeEach(() => {
      sent.length = 0;
    });

    test("a lane is announced once, however often it is woken, and every lane of a list is", async () => {
      const [one, two] = [await aLane(), await aLane()];

      await wake(one);
      await wake(one);
      await db.withTenant(one.tenantId, (tx) => lanes.wake(tx, [one, one]));
      await wake(two);

      assert.deepEqual(takeSent(), [keyOf(one), keyOf(two)]);
    });

    test("a lane that is being worked is not announced, and is worked again when it is released", async () => {
      const lane = await aLane();
      const leases = createLeases({ db, clock, leaseMs: 60_000 });
      await wake(lane);
      takeSent();
      const lease = await leases.take(keyOf(lane), randomUUID());
      assert(lease);

      await wake(lane);

      assert.deepEqual(takeSent(), []);
      assert.equal(await leases.release(lease, { nextAt: null, failed: false }, async () => {}), true);
    });

    test("a lane without waiting work cannot be taken, so a wake-up that comes twice costs one question", async () => {
      const lane = await aLane();
      const leases = createLeases({ db, clock, leaseMs: 60_000 });
      await wake(lane);
      const lease = await leases.take(keyOf(lane), randomUUID());
      assert(lease);
      await leases.release(lease, { nextAt: null, failed: false }, async () => {});

      assert.equal(await leases.take(keyOf(lane), randomUUID()), undefined);
    });

    test("work for later is announced to nobody, and does not put off what is due before", async () => {
      const lane = await aLane();
      await wake(lane, 60_000);
      assert.deepEqual(takeSent(), []);
      await wake(lane, 30_000);
      await wake(lane, 90_000);

      const { due_at } = await createWorld(db, transport, { clock }).laneRow(lane);

      assert.equal(due_at?.getTime(), clock.now() + 30_000);
    });

    test("listeners hear of due lanes after the commit, and of nothing that was rolled back", async () => {
      const lane = await aLane();
      const heard: string[] = [];
      const unsubscribe = lanes.onWake((keys) => heard.push(...keys));
      await assert.rejects(
        db.withTenant(lane.tenantId, async (tx) => {
          await lanes.wake(tx, [lane]);
          assert.deepEqual(heard, []);
          throw new Error("rolled back");
        }),
      );
      assert.deepEqual(heard, []);

      await wake(lane);
      unsubscribe();
      await wake(lane);

      assert.deepEqual(heard, [keyOf(lane)]);
    });

    test("a lane of another tenant cannot be woken", async () => {
      const [mine, theirs] = [await aLane(), await aLane()];

      await assert.rejects(
        db.withTenant(mine.tenantId, (tx) => lanes.wake(tx, [theirs])),
        /row-level security/,
      );
    });

    async function aLane(): Promise<Lane> {
      return createWorld(db, transport).aLane(randomUUID() as TenantId);
    }

    function wake(lane: Lane, inMs?: number): Promise<void> {
      const at = inMs === undefined ? {} : { at: new Date(clock.now() + inMs) };
      return db.withTenant(lane.tenantId, (tx) => lanes.wake(tx, [lane], at));
    }

    function keyOf(lane: Lane): string {
      return `${lane.kind}:${lane.subjectId}`;
    }

    function takeSent(): string[] {
      return sent.splice(0);
    }
  });
});
