import type { Clock } from "#core";
import type { Lane, Lanes } from "./jobs.ts";
import type { WakeTransport } from "./transport.ts";

/** Lanes, and word of every wake-up committed in this process: a runner here need not wait for the transport. */
export interface LocalLanes extends Lanes {
  /** Calls back after the commit with the keys of lanes that are due. Answers how to stop. */
  onWake(listener: (laneKeys: string[]) => void): () => void;
}

export interface LanesOptions {
  transport: WakeTransport;
  clock: Clock;
}

/** What the lane is called in the database and in the transport. */
export function laneKey(lane: Pick<Lane, "kind" | "subjectId">): string {
  return `${lane.kind}:${lane.subjectId}`;
}

export function kindOf(laneKey: string): string {
  return laneKey.slice(0, laneKey.indexOf(":"));
}

// A lane that is leased or queued already needs no wake-up: its holder looks at `wakes` before letting go, and a wake-up
// on its way finds the new work as well. A lane that backs off after errors keeps its time, or new work would undo it.
// Sorted by key, so that two transactions waking the same lanes lock them in the same order.
const wakeSql = `
  insert into lanes as l (key, tenant_id, kind, subject_id, due_at, wakes, queued, woken_at)
  select w.key, w.tenant_id, w.kind, w.subject_id, $5::timestamptz, 1, $6, case when $6 then statement_timestamp() end
  from unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[]) as w (key, tenant_id, kind, subject_id)
  order by w.key
  on conflict (key) do update set
    wakes = l.wakes + 1,
    due_at = case when l.failures > 0 and l.due_at is not null then l.due_at else least(l.due_at, excluded.due_at) end,
    queued = l.queued or (excluded.queued and l.failures = 0 and (l.lease_until is null or l.lease_until < clock_timestamp())),
    woken_at = case when not l.queued and excluded.queued then statement_timestamp() else l.woken_at end
  returning l.key, l.queued and l.woken_at = statement_timestamp() as "isFresh"`;

export function createLanes({ transport, clock }: LanesOptions): LocalLanes {
  const listeners = new Set<(laneKeys: string[]) => void>();

  return {
    async wake(tx, lanes, { at } = {}) {
      const byKey = new Map(lanes.map((lane) => [laneKey(lane), lane]));
      if (byKey.size === 0) return;
      const keys = [...byKey.keys()];
      const unique = [...byKey.values()];
      const isDue = at === undefined || at.getTime() <= clock.now();
      const rows = await tx.query<{ key: string; isFresh: boolean }>(wakeSql, [
        keys,
        unique.map((lane) => lane.tenantId),
        unique.map((lane) => lane.kind),
        unique.map((lane) => lane.subjectId),
        (at ?? new Date(clock.now())).toISOString(),
        isDue,
      ]);
      const fresh = rows.filter((row) => row.isFresh).map((row) => row.key);
      if (fresh.length > 0) await transport.send(tx, fresh);
      if (isDue) tx.afterCommit(() => tell(keys));
    },
    onWake(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  function tell(keys: string[]): void {
    for (const listener of listeners) listener(keys);
  }
}
