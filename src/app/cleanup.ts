import type { Clock } from "#core";
import type { Db } from "#db";

const day = 86_400_000;
const keepDays = 30;
/** Rows that go in one transaction, so that nobody waits long for one. */
const sliceSize = 2_000;

const logs = ["delete_old_events", "delete_old_inbound_events", "delete_old_audit_log"];

/**
 * Clears what is only kept to be looked at: events, webhooks that were dealt with, the audit log, counts of refused webhooks.
 * Calls, messages and their ways into the CRMs are the tenant's own records and stay. Answers how many rows went.
 */
export function createCleanup({ db, clock }: { db: Db; clock: Clock }) {
  return async function cleanUp({ signal }: { signal?: AbortSignal } = {}): Promise<number> {
    const before = new Date(clock.now() - keepDays * day);
    let count = 0;
    for (const log of logs) count += await clear(log, before, signal);
    await db.transaction((tx) => tx.query("delete from inbound_refusals where last_at < $1", [before]));
    return count;
  };

  async function clear(log: string, before: Date, signal?: AbortSignal): Promise<number> {
    for (let count = 0; ; ) {
      if (signal?.aborted) return count;
      const [row] = await db.transaction((tx) =>
        tx.query<{ count: number }>(`select ${log}($1, $2)::int as count`, [before, sliceSize]),
      );
      const gone = row?.count ?? 0;
      count += gone;
      if (gone < sliceSize) return count;
    }
  }
}
