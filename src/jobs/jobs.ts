import type { TenantId } from "#core";
import type { Tx } from "#db";

/** The queue of one subject's work of one kind: all unfinished call syncs of a connection, say. */
export interface Lane {
  /** `call_sync`, `inbound`, `call_routing` … */
  kind: string;
  /** The connection, or whatever the work is ordered by. */
  subjectId: string;
  tenantId: TenantId;
}

/** Says that work waits. */
export interface Lanes {
  /**
   * Marks the lanes as having work at `at` (now when absent) and, for work that is due, hands a wake-up to the transport,
   * all in the caller's transaction, which must name the lanes' tenant. Waking a lane twice is harmless.
   */
  wake(tx: Tx, lanes: readonly Lane[], options?: { at?: Date }): Promise<void>;
}

/** One bounded piece of a lane's work, done under a lease that no other worker holds. */
export interface Slice {
  readonly lane: Lane;
  /** Aborted when the process stops or the lease is lost. */
  readonly signal: AbortSignal;
  /** A transaction on the lane's tenant that first checks the lease and keeps it until the commit. Throws `lease.lost` when another worker took over. */
  transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
}

/**
 * What is left after a slice: nothing, work at a time (which may have come), or more work than one slice takes: only then
 * does the lane go on without the short rest in which new work gathers.
 */
export type SliceResult = { next: "idle" } | { next: "now" } | { next: "at"; at: Date };

/** How one kind of lane is worked. A thrown error is logged and the lane comes back with back-off; units count their own attempts. */
export interface LaneHandler {
  kind: string;
  runSlice(slice: Slice): Promise<SliceResult>;
}

/** Recurring work of the whole installation (not of one connection): name, interval, and what to do. */
export interface TimetableEntry {
  name: string;
  everyMs: number;
  run(signal: AbortSignal): Promise<void>;
}
