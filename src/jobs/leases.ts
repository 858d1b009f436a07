import { type Clock, PlatformError, type TenantId } from "#core";
import type { Db, Tx } from "#db";
import type { Lane } from "./jobs.ts";
import { kindOf } from "./lanes.ts";

/** A lane that this process holds. */
export interface Lease {
  readonly key: string;
  readonly lane: Lane;
  readonly token: string;
  /** The lane's count of wake-ups when it was taken. */
  readonly wakes: number;
  readonly failures: number;
  /** When we last knew that it was ours, by this process's own steady clock: from before the question was sent. */
  knownAt: number;
}

interface LeasedRow {
  tenant_id: TenantId;
  subject_id: string;
  wakes: number;
  failures: number;
}

export interface LeasesOptions {
  db: Db;
  clock: Clock;
  leaseMs: number;
}

/** The lanes table as a worker uses it: every function is one statement in one transaction. */
export function createLeases({ db, clock, leaseMs }: LeasesOptions) {
  return { take, transaction, release, extend, isAgeing, isOver, reap, giveBack };

  async function take(key: string, token: string): Promise<Lease | undefined> {
    const knownAt = performance.now();
    const [row] = await db.transaction((tx) =>
      tx.query<LeasedRow>("select * from lease_lane($1, $2, $3, $4)", [key, token, leaseMs, now()]),
    );
    if (!row) return undefined;
    const lane = { kind: kindOf(key), subjectId: row.subject_id, tenantId: row.tenant_id };
    return { key, lane, token, wakes: row.wakes, failures: row.failures, knownAt };
  }

  /**
   * A transaction that holds the lease until it commits. KEY SHARE stops whoever wants the lane (`lease_lane` locks FOR
   * UPDATE), and lets those pass who wake it.
   */
  function transaction<T>(lease: Lease, abort: AbortController, fn: (tx: Tx) => Promise<T>): Promise<T> {
    return db.withTenant(lease.lane.tenantId, async (tx) => {
      const held = await tx.query("select from lanes where key = $1 and lease_token = $2 for key share", [
        lease.key,
        lease.token,
      ]);
      if (held.length > 0) return fn(tx);
      const lost = new PlatformError("lease.lost", `The lease of ${lease.key} went to another worker.`);
      abort.abort(lost);
      throw lost;
    });
  }

  /** Ends the lease. Answers whether the lane is to be worked again at once; then `again` runs in the same transaction. */
  function release(
    lease: Lease,
    { nextAt, failed }: { nextAt: Date | null; failed: boolean },
    again: (tx: Tx) => Promise<void>,
  ): Promise<boolean> {
    return db.transaction(async (tx) => {
      const [row] = await tx.query<{ queued: boolean }>("select release_lane($1, $2, $3, $4, $5, $6) as queued", [
        lease.key,
        lease.token,
        lease.wakes,
        nextAt?.toISOString() ?? null,
        failed,
        now(),
      ]);
      if (row?.queued) await again(tx);
      return row?.queued ?? false;
    });
  }

  async function extend(held: readonly Lease[]): Promise<void> {
    const asked = performance.now();
    const rows = await db.transaction((tx) =>
      tx.query<{ key: string }>("select extend_lanes($1, $2, $3) as key", [
        held.map((lease) => lease.key),
        held.map((lease) => lease.token),
        leaseMs,
      ]),
    );
    const kept = new Set(rows.map((row) => row.key));
    for (const lease of held) lease.knownAt = kept.has(lease.key) ? asked : Number.NEGATIVE_INFINITY;
  }

  /** True after a quarter of the lease: short slices cost no extension. */
  function isAgeing(lease: Lease): boolean {
    return performance.now() - lease.knownAt > leaseMs / 4;
  }

  function isOver(lease: Lease): boolean {
    return performance.now() - lease.knownAt > leaseMs;
  }

  /** Due lanes that nobody holds or is about to take; they count as woken from now on. */
  async function reap(kinds: readonly string[], patienceMs: number, limit: number): Promise<string[]> {
    const rows = await db.transaction((tx) =>
      tx.query<{ key: string }>("select reap_lanes($1, $2, $3, $4) as key", [kinds, now(), patienceMs, limit]),
    );
    return rows.map((row) => row.key);
  }

  /** Wake-ups that were taken and will not be answered here. */
  async function giveBack(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await db.transaction((tx) => tx.query("select return_lanes($1)", [keys]));
  }

  function now(): string {
    return new Date(clock.now()).toISOString();
  }
}
