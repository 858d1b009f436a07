import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sleep } from "#core";
import { type Db, forEachEngine } from "#db";
import type { LaneHandler, SliceResult } from "./jobs.ts";
import { createLossyTransport, createTestTables, createWorld, lastFirst, until } from "./test-world.ts";

forEachEngine((engine, open) => {
  describe(`resting between slices on ${engine}`, () => {
    const file = lastFirst({ after });
    let db: Db;
    before(async () => {
      db = await open(file);
      await createTestTables(db);
    });

    for (const [what, result, order] of [
      ["was not full rests, so that others go first and its own work gathers", { next: "idle" }, ["a", "b", "a"]],
      ["was full goes on at once", { next: "now" }, ["a", "a", "b"]],
    ] as const) {
      test(`a lane whose slice ${what}`, async (t) => {
        const world = createWorld(db, createLossyTransport());
        const [a, b] = [await world.aLane(), await world.aLane()];
        const worked: string[] = [];
        const handler: LaneHandler = {
          kind: a.kind,
          async runSlice({ lane, transaction }): Promise<SliceResult> {
            const isA = lane.subjectId === a.subjectId;
            worked.push(isA ? "a" : "b");
            await sleep(20);
            if (worked.length > 1) return { next: "idle" };
            // While the first slice runs, both lanes get more work, the first one before the other.
            await transaction((tx) => world.lanes.wake(tx, [a]));
            await db.withTenant(b.tenantId, (tx) => world.lanes.wake(tx, [b]));
            return result;
          },
        };
        await world.startRunner(t, { handler, concurrency: 1, mostRestMs: 10_000, reapEveryMs: 60_000 });

        await db.withTenant(a.tenantId, (tx) => world.lanes.wake(tx, [a]));
        await until(() => worked.length === 3, "all three slices have run");

        assert.deepEqual(worked, order);
      });
    }
  });
});
