import type { LimitBucket } from "#connector-kit";

/** What one request takes from one bucket: the numbers of GCRA, the generic cell rate algorithm. */
export interface Draw {
  /** Whose budget: `hubspot:production:ten-seconds:123456`. */
  key: string;
  /** By how much the request moves the bucket's theoretical arrival time. */
  incrementMs: number;
  /** How far that time may be ahead of the clock and a request still go at once. */
  toleranceMs: number;
}

/** Booked: go after `waitMs`. Not booked: nothing was taken, ask again in `waitMs` at the earliest. */
export type Reservation = { booked: boolean; waitMs: number };

/** Where the arrival times are kept. The clock is the store's own, one for all processes. */
export interface RateStore {
  /** Books all draws or none, in one step. Books only what may go within `aheadMs`. */
  reserve(draws: readonly Draw[], aheadMs: number): Promise<Reservation>;
  /** No request of these draws goes before `delayMs` from now. Never moves a bucket backwards. */
  push(draws: readonly Draw[], delayMs: number): Promise<void>;
}

/**
 * The pace that keeps a published limit: never more than `requests` in any span of `perMs`, and yet 95 % of it when busy.
 *
 * With a spacing of T and a burst of b, request number n + 1 - b after a pause goes at (n + 1 - b) × T. That must lie
 * beyond the span, by 1 % for what the network does to the spacing: T ≥ 1.01 × perMs / (n + 1 - b). On top of it the
 * pace stays 3.5 % below the limit. For n = 110 in 10 s with a burst of 3: T = 94.2 ms, 106 in 10 s.
 */
export function paceOf({ requests, perMs, burst }: LimitBucket): { spacingMs: number; burst: number } {
  // Within short spans a burst is paid for with pace, so it is held to 3.5 %. A daily limit is meant to be used unevenly.
  const allowed = perMs < 60_000 ? Math.min(burst, Math.floor(requests * 0.035)) : Math.min(burst, requests);
  const atOnce = Math.max(1, allowed);
  return { burst: atOnce, spacingMs: Math.max(perMs / (requests * 0.965), (1.01 * perMs) / (requests + 1 - atOnce)) };
}

/** The arithmetic of one reservation; the SQL and the Lua script are this function again. */
export function decide(
  arrivals: readonly number[],
  draws: readonly Draw[],
  now: number,
  aheadMs: number,
): { reservation: Reservation; arrivals: number[] } {
  const waitMs = Math.max(0, ...draws.map((draw, at) => (arrivals[at] ?? 0) - draw.toleranceMs - now));
  if (waitMs > aheadMs) return { reservation: { booked: false, waitMs }, arrivals: [...arrivals] };
  // Each bucket sees the request when it goes, which may be later than this bucket alone would ask for.
  const after = draws.map((draw, at) => Math.max(arrivals[at] ?? 0, now + waitMs) + draw.incrementMs);
  return { reservation: { booked: true, waitMs }, arrivals: after };
}
