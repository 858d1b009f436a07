import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PlatformError } from "#core";
import { type Db, forEachEngine } from "#db";
import { createLossyTransport, createTestTables, createWorld, lastFirst, until } from "./test-world.ts";

forEachEngine((engine, open) => {
  describe(`giving lanes back on ${engine}`, () => {
    const file = lastFirst({ after });
    let db: Db;
    before(async () => {
      db = await open(file);
      await createTestTables(db);
    });

    test("a lane that could not be given back is given back once the database is there again, not when its lease ends", async (t) => {
      let refusals = 2;
      const world = createWorld(
        withRefusedRelease(db, () => refusals-- > 0),
        createLossyTransport(),
      );
      const lane = await world.aLane();
      await world.startRunner(t, { handler: world.handler(), leaseMs: 60_000 });

      await world.addUnits(lane, 1);

      await until(async () => (await world.states(lane)).done === 1, "the unit is done");
      await until(async () => (await world.laneRow(lane)).lease_token === null, "the lane is free again", 5_000);
      assert.equal(refusals < 0, true);
    });
  });
});

/** A database that is away whenever a lane is to be given back, as long as `isAway` says so. */
function withRefusedRelease(db: Db, isAway: () => boolean): Db {
  return {
    ...db,
    transaction: (fn) =>
      db.transaction((tx) =>
        fn({
          ...tx,
          query: (text, values) => {
            if (text.includes("release_lane") && isAway()) {
              throw new PlatformError("db.unavailable", "The database cannot be reached.");
            }
            return tx.query(text, values);
          },
        }),
      ),
  };
}
