import { type Clock, sleep } from "#core";
import type { Budget } from "./governor.ts";

/** Longer spans have more slack in their pace than any timer is late, and larger limits would cost memory. */
const longestSpanMs = 60_000;
const largestLimit = 5_000;

/**
 * Remembers when this process really sent. A place is booked for a moment, but a busy event loop wakes late, and late
 * requests meet the punctual ones behind them in one span. The last check before sending is against what was sent.
 */
export function createSentWindow(clock: Clock): {
  enter(budgets: readonly Budget[], signal?: AbortSignal): Promise<void>;
} {
  const windows = new Map<string, { sent: Float64Array; next: number }>();

  return {
    async enter(budgets, signal) {
      const short = budgets.filter(({ bucket }) => bucket.perMs <= longestSpanMs && bucket.requests <= largestLimit);
      for (;;) {
        const now = clock.now();
        const waitMs = Math.max(0, ...short.map((budget) => untilFree(budget, now)));
        if (waitMs <= 0) break;
        await sleep(waitMs, signal);
      }
      for (const budget of short) record(budget, clock.now());
    },
  };

  // The clock counts whole milliseconds, so one more than the span.
  function untilFree(budget: Budget, now: number): number {
    const { sent, next } = windowOf(budget);
    return (sent[next] as number) + budget.bucket.perMs + 1 - now;
  }

  function record(budget: Budget, now: number): void {
    const window = windowOf(budget);
    window.sent[window.next] = now;
    window.next = (window.next + 1) % window.sent.length;
  }

  function windowOf({ key, bucket }: Budget) {
    const known = windows.get(key);
    if (known) return known;
    if (windows.size >= 10_000) forgetOldest();
    const window = { sent: new Float64Array(bucket.requests).fill(Number.NEGATIVE_INFINITY), next: 0 };
    windows.set(key, window);
    return window;
  }

  function forgetOldest(): void {
    const [oldest] = windows.keys();
    if (oldest !== undefined) windows.delete(oldest);
  }
}
