import type { Clock } from "#core";
import { decide, type RateStore } from "./rate-budget.ts";

const sweepAt = 10_000; // entries, some 1 MB

/** Budgets of one process. */
export function createMemoryRateStore(clock: Clock): RateStore {
  const arrivesAt = new Map<string, number>();
  let sweepNext = sweepAt;

  return {
    async reserve(draws, aheadMs) {
      const now = clock.now();
      const { reservation, arrivals } = decide(
        draws.map(({ key }) => arrivesAt.get(key) ?? 0),
        draws,
        now,
        aheadMs,
      );
      if (reservation.booked) for (const [at, { key }] of draws.entries()) arrivesAt.set(key, arrivals[at] ?? 0);
      if (arrivesAt.size > sweepNext) sweep(now);
      return reservation;
    },
    async push(draws, delayMs) {
      for (const { key, toleranceMs } of draws) {
        arrivesAt.set(key, Math.max(arrivesAt.get(key) ?? 0, clock.now() + delayMs + toleranceMs));
      }
    },
  };

  // A time that has passed says nothing: the bucket is as good as new.
  function sweep(now: number): void {
    for (const [key, time] of arrivesAt) if (time <= now) arrivesAt.delete(key);
    sweepNext = Math.max(sweepAt, arrivesAt.size * 2);
  }
}
