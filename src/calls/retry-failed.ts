import type { ConnectionId, TenantId } from "#core";
import type { Db } from "#db";
import type { Lanes } from "#jobs";
import { callSyncLane } from "./routing.ts";

const sliceSize = 500;

interface Failed {
  id: string;
  tenant_id: TenantId;
  connection_id: ConnectionId;
}

/**
 * Queues syncs again that died of something that passes (the provider's outage, the network, a limit, ourselves), each three
 * times at most; then it waits for a person. Answers how many. For the timetable.
 */
export function createRetryFailed({ db, lanes }: { db: Db; lanes: Lanes }) {
  return retryFailed;

  async function retryFailed({ signal }: { signal?: AbortSignal } = {}): Promise<number> {
    const startedAt = await now(); // what dies again meanwhile waits for the next time
    for (let count = 0; ; ) {
      const failed = await find(startedAt);
      const before = count;
      for (const [connectionId, lot] of Map.groupBy(failed, ({ connection_id }) => connection_id)) {
        if (signal?.aborted) return count;
        count += await requeue(connectionId, lot);
      }
      if (failed.length < sliceSize || count === before) return count;
    }
  }

  // The database's clock, which says when a unit died, and as text, because a Date is cut to milliseconds.
  function now(): Promise<string | undefined> {
    return db.transaction(
      async (tx) => (await tx.query<{ now: string }>("select clock_timestamp()::text as now"))[0]?.now,
    );
  }

  function find(until: string | undefined): Promise<Failed[]> {
    return db.transaction((tx) =>
      tx.query<Failed>("select id, tenant_id, connection_id from find_failed_call_syncs($1, $2)", [until, sliceSize]),
    );
  }

  async function requeue(connectionId: ConnectionId, lot: Failed[]): Promise<number> {
    const [first] = lot;
    if (!first) return 0;
    return db.withTenant(first.tenant_id, async (tx) => {
      const rows = await tx.query(
        `update call_syncs set state = 'queued', attempts = 0, automatic_retries = automatic_retries + 1, due_at = now(), finished_at = null
         where id = any ($1) and state = 'dead' returning id`,
        [lot.map(({ id }) => id)],
      );
      await lanes.wake(tx, [{ kind: callSyncLane, subjectId: connectionId, tenantId: first.tenant_id }]);
      return rows.length;
    });
  }
}
