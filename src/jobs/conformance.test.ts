import { after, before, describe, test } from "node:test";
import { type Cleanup, type Db, forEachEngine } from "#db";
import { createBullmqTransport } from "./bullmq-transport.ts";
import { promiseWork } from "./conformance-work.ts";
import { promiseWorkers } from "./conformance-workers.ts";
import type { Log } from "./log.ts";
import { createPgBossTransport } from "./pg-boss-transport.ts";
import { startRedis } from "./test-redis.ts";
import { createTestTables, createWorld, lastFirst, type Promises } from "./test-world.ts";
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

    const promise: Promises = (sentence, fn) =>
      test(sentence, async (t) => {
        if (!transport) return t.skip("redis-server is not installed");
        await fn(createWorld(db, transport), t);
      });

    promiseWork(promise);
    promiseWorkers(promise);
  });
}
