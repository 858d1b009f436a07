import type { Db } from "#db";
import type { Bell } from "./bell.ts";
import type { Log } from "./log.ts";

const batchSize = 500;

export interface OutboxRelay {
  /** Something was committed. */
  ring(): void;
  stop(): Promise<void>;
}

export interface OutboxRelayOptions {
  db: Db;
  log: Log;
  pollMs: number;
  bell: Bell;
  /** Hands wake-ups over. May run again with the same ids, when the process ends before the rows are gone. */
  deliver(wakes: { id: string; laneKey: string }[]): Promise<void>;
}

/** Moves committed wake-ups out of the database. Any number of processes may do so at once. */
export function createOutboxRelay({ db, log, pollMs, bell, deliver }: OutboxRelayOptions): OutboxRelay {
  let isStopped = false;
  let isDown = false;
  const done = relay();

  return {
    ring: bell.ring,
    async stop() {
      isStopped = true;
      bell.ring();
      await done;
    },
  };

  async function relay(): Promise<void> {
    while (!isStopped) {
      const moved = await moveBatch().catch((error) => {
        if (!isDown) log.warn({ err: error }, "Wake-ups stay in the outbox for now; the reaper goes on finding work.");
        isDown = true;
        return 0;
      });
      if (moved < batchSize) await bell.wait(pollMs);
    }
  }

  // Claimed and deleted, never read past a cursor: a transaction that commits late would be skipped.
  async function moveBatch(): Promise<number> {
    return db.transaction(async (tx) => {
      // The time in the id tells the same number of a re-created database apart.
      const rows = await tx.query<{ id: string; laneKey: string }>(
        `delete from wake_outbox where id in (select id from wake_outbox order by id limit $1 for update skip locked)
         returning 'w' || id || '-' || floor(extract(epoch from created_at) * 1000)::bigint as id, lane_key as "laneKey"`,
        [batchSize],
      );
      if (rows.length > 0) await deliver(rows);
      isDown = false;
      return rows.length;
    });
  }
}
