import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { createTestClock, PlatformError } from "#core";
import { type Db, forEachEngine } from "#db";
import type { TimetableEntry } from "./jobs.ts";
import { lastFirst, until } from "./test-world.ts";
import { createTimetable } from "./timetable.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const never = 3_600_000;

forEachEngine((engine, open) => {
  describe(`the timetable on ${engine}`, () => {
    const file = lastFirst({ after });
    let db: Db;
    before(async () => {
      db = await open(file);
    });

    test("an entry runs when its time has come, and is planned anew from its end", async (t) => {
      const { clock, timetable, runs } = await start(t, "due");
      await timetable.tick();
      assert.equal(runs.length, 0);

      clock.advance(500); // half the interval: where the fixed chance put its first time
      await timetable.tick();
      await until(async () => (await row("due")).last_finished_at !== null, "it ended");

      assert.equal(runs.length, 1);
      assert.equal((await row("due")).next_at.getTime(), clock.now() + 1_000);
    });

    test("two processes run an entry once", async (t) => {
      const { clock, timetable, runs } = await start(t, "shared");
      const other = await start(t, "shared", { clock, runs });
      clock.advance(500);

      await Promise.all([timetable.tick(), other.timetable.tick(), timetable.tick()]);
      await until(async () => (await row("shared")).last_finished_at !== null, "it ended");

      assert.equal(runs.length, 1);
    });

    test("an entry that is running is not run again by hand, and one that is not is run at once", async (t) => {
      const goOn = Promise.withResolvers<void>();
      const { timetable, runs } = await start(t, "by-hand", { run: () => goOn.promise });
      const first = timetable.runNow("by-hand");
      await until(() => runs.length === 1, "it began");

      assert.equal(await timetable.runNow("by-hand"), false);
      goOn.resolve();
      assert.equal(await first, true);
    });

    test("a run that takes longer than its lease keeps it", async (t) => {
      const goOn = Promise.withResolvers<void>();
      const { timetable, runs } = await start(t, "long", { leaseMs: 150, run: () => goOn.promise });
      const first = timetable.runNow("long");
      const begin = performance.now();
      await until(() => performance.now() - begin > 400, "its first lease is over");

      assert.equal(await timetable.runNow("long"), false);
      goOn.resolve();
      await first;
      assert.equal(runs.length, 1);
    });

    test("an entry that throws says so in its row, and is planned anew", async (t) => {
      const { clock, timetable } = await start(t, "broken", { run: () => Promise.reject(new Error("no luck")) });

      await assert.rejects(timetable.runNow("broken"), /no luck/);

      const { last_error, next_at } = await row("broken");
      assert.equal(last_error, "no luck");
      assert.equal(next_at.getTime(), clock.now() + 1_000);
    });

    test("a name that is not in the timetable is refused", async (t) => {
      const { timetable } = await start(t, "known");

      await assert.rejects(
        timetable.runNow("unknown"),
        (error) => error instanceof PlatformError && error.code === "request.not_found",
      );
    });

    test("stop tells a running entry and waits for it", async (t) => {
      let isEnded = false;
      const { timetable, runs } = await start(t, "stopped", {
        run: (signal) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => {
              isEnded = true;
              resolve();
            });
          }),
      });
      const run = timetable.runNow("stopped");
      await until(() => runs.length === 1, "it began");

      await timetable.stop();

      assert.equal(isEnded, true);
      assert.equal(await run, true);
    });

    test("an interval that was shortened counts at the next start", async (t) => {
      const clock = createTestClock();
      await start(t, "shortened", { clock, everyMs: 86_400_000 });

      await start(t, "shortened", { clock, everyMs: 1_000 });

      assert.equal((await row("shortened")).next_at.getTime(), clock.now() + 500);
    });

    interface StartOptions {
      clock?: ReturnType<typeof createTestClock>;
      runs?: string[];
      leaseMs?: number;
      everyMs?: number;
      run?: TimetableEntry["run"];
    }

    async function start(t: TestContext, name: string, options: StartOptions = {}) {
      const { clock = createTestClock(), runs = [], leaseMs, everyMs = 1_000, run = async () => {} } = options;
      const entry: TimetableEntry = {
        name,
        everyMs,
        run(signal) {
          runs.push(name);
          return run(signal);
        },
      };
      const timetable = createTimetable({
        db,
        entries: [entry],
        clock,
        log: silent,
        tickMs: never,
        random: () => 0.5,
        ...(leaseMs ? { leaseMs } : {}),
      });
      await timetable.start();
      t.after(() => timetable.stop());
      return { clock, timetable, runs };
    }

    async function row(name: string) {
      const [found] = await db.transaction((tx) =>
        tx.query<{ next_at: Date; last_finished_at: Date | null; last_error: string | null }>(
          "select next_at, last_finished_at, last_error from timetable where name = $1",
          [name],
        ),
      );
      assert(found);
      return found;
    }
  });
});
