import type { Tx } from "#db";

/** How many wake-ups to hand over at most before the taker has said that it has room again. */
export interface ConsumeOptions {
  batch: number;
}

/**
 * Carries wake-ups (keys of lanes) between processes. It may lose, double, delay and reorder them: the lanes in the
 * database say what waits, and the reaper finds what a transport forgot.
 */
export interface WakeTransport {
  /** One-time set-up with the owner's rights, beside the migrations. Safe to repeat. */
  prepare(): Promise<void>;
  /** Makes `send` possible. Throws when the transport is not fit for use. */
  open(): Promise<void>;
  /** Hands over wake-ups in the caller's transaction: they leave with its commit, or not at all. */
  send(tx: Tx, laneKeys: readonly string[]): Promise<void>;
  /** Calls `onWake` with what arrives and waits for it before taking more. Answers how to stop taking. */
  consume(onWake: (laneKeys: string[]) => Promise<void>, options: ConsumeOptions): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
