import { type Db as BossDb, PgBoss } from "pg-boss";
import type { Db, Queryable } from "#db";
import { type Bell, createBell } from "./bell.ts";
import type { Log } from "./log.ts";
import type { WakeTransport } from "./transport.ts";

const queue = "wake";
const channel = "tieline_wake";
// A wake-up is worth nothing without its lane, and the lane is never dropped; pg-boss would drop it after 14 days.
const retentionSeconds = 10 * 365 * 24 * 3600;

export interface PgBossTransportOptions {
  db: Db;
  log: Log;
  /** NOTIFY is a hint; beneath it the queue is polled this often. Default 500 ms. */
  pollMs?: number;
}

/** Wake-ups through pg-boss in the database itself: on PGlite and on PostgreSQL, in the caller's transaction. */
export function createPgBossTransport({ db, log, pollMs = 500 }: PgBossTransportOptions): WakeTransport {
  // Everything pg-boss would do on a timer (cron, monitoring, archiving) is off: wake-ups are deleted as they are taken.
  const quiet = { schema: "pgboss", supervise: false, schedule: false, backend: db.engine } as const;
  let boss: PgBoss | undefined;

  return { prepare, open, send, consume, close };

  async function prepare(): Promise<void> {
    const owner = new PgBoss({
      ...quiet,
      db: { executeSql: (text, values) => db.asOwner((tx) => execute(tx, text, values)) },
    });
    owner.on("error", (error) => log.error({ err: error }, "pg-boss set-up"));
    await owner.start();
    try {
      await owner.createQueue(queue, { policy: "standard", retryLimit: 0, retentionSeconds });
      await db.asOwner((tx) =>
        tx.query(`grant usage on schema pgboss to tieline_app;
          grant select, insert, update, delete on all tables in schema pgboss to tieline_app`),
      );
    } finally {
      await owner.stop({ graceful: false });
    }
  }

  async function open(): Promise<void> {
    const opened = new PgBoss({
      ...quiet,
      migrate: false,
      db: { executeSql: (text, values) => db.transaction((tx) => execute(tx, text, values)) },
    });
    opened.on("error", (error) => log.error({ err: error }, "pg-boss"));
    await opened.start();
    // Reads the queue's row now: read later, inside a transaction on the only connection, it would wait for itself for ever.
    await opened.fetch(queue, { batchSize: 1, db: nothing });
    boss = opened;
  }

  async function send(tx: Queryable, laneKeys: readonly string[]): Promise<void> {
    const jobs = laneKeys.map((lane) => ({ data: { lane } }));
    await Promise.all([
      opened().insert(queue, jobs, { db: bossDb(tx) }),
      tx.query("select pg_notify($1, '')", [channel]), // one per transaction: the server drops the doubles
    ]);
  }

  async function consume(onWake: (laneKeys: string[]) => Promise<void>, { batch }: { batch: number }) {
    const stopping = new AbortController();
    const bell = createBell();
    const unlisten = await db.listen(channel, bell.ring);
    const done = take(onWake, batch, bell, stopping.signal);
    return async () => {
      stopping.abort();
      bell.ring();
      await done;
      await unlisten();
    };
  }

  async function take(onWake: (laneKeys: string[]) => Promise<void>, batch: number, bell: Bell, signal: AbortSignal) {
    let isDown = false;
    while (!signal.aborted) {
      const keys = await fetch(batch).then(
        (keys) => {
          isDown = false;
          return keys;
        },
        (error) => {
          if (!isDown) log.warn({ err: error }, "Wake-ups cannot be fetched; the reaper goes on finding work.");
          isDown = true;
          return [];
        },
      );
      if (keys.length > 0) await onWake(keys);
      if (keys.length < batch) await bell.wait(pollMs);
    }
  }

  // Taken and deleted at once: what a dying process took along, the reaper wakes again.
  async function fetch(batchSize: number): Promise<string[]> {
    return db.transaction(async (tx) => {
      const jobs = await opened().fetch<{ lane: string }>(queue, { batchSize, db: bossDb(tx) });
      if (jobs.length > 0) {
        await opened().deleteJob(
          queue,
          jobs.map((job) => job.id),
          { db: bossDb(tx) },
        );
      }
      return jobs.map((job) => job.data.lane);
    });
  }

  async function close(): Promise<void> {
    await boss?.stop({ graceful: false });
    boss = undefined;
  }

  function opened(): PgBoss {
    if (!boss) throw new Error("The transport is not open.");
    return boss;
  }
}

const nothing: BossDb = { executeSql: async () => ({ rows: [] }) };

function bossDb(tx: Queryable): BossDb {
  return { executeSql: (text, values) => execute(tx, text, values) };
}

// pg-boss brackets its set-up in BEGIN and COMMIT; here the transaction is open already.
async function execute(
  tx: Queryable,
  text: string,
  values?: readonly unknown[],
): Promise<{ rows: Record<string, unknown>[] }> {
  const bare = values?.length ? text : text.replace(/^\s*BEGIN;/, "").replace(/COMMIT;\s*$/, "");
  return { rows: await tx.query(bare, values) };
}
