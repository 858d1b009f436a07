import type { LimitBucket, Priority } from "#connector-kit";
import { type Clock, PlatformError, sleep } from "#core";
import { type Draw, paceOf, type RateStore } from "./rate-budget.ts";
import { createSentWindow } from "./sent-window.ts";

/** One bucket of a connector with the key of the account or app whose budget it is. */
export interface Budget {
  key: string;
  bucket: LimitBucket;
}

export interface Governor {
  /**
   * Resolves when the request may go. Waits in place up to `maxWaitMs`; beyond it throws `provider.rate_limited` with
   * `retryAfterMs` and takes nothing.
   */
  take(budgets: readonly Budget[], options: { priority: Priority; signal?: AbortSignal }): Promise<void>;
  /** The provider asked for a pause: everybody who shares the budgets waits, and goes slower for a while. */
  pause(budgets: readonly Budget[], delayMs: number): Promise<void>;
  /** Reads what an answer says is left: somebody else may draw from the same limit. */
  observe(budgets: readonly Budget[], headers: Headers): Promise<void>;
  /** Milliseconds until a request of this priority could go; takes nothing. */
  headroom(budgets: readonly Budget[], priority: Priority): Promise<number>;
}

/** How far ahead each priority may book. A live request never waits longer than the ones below it have booked. */
const bookAheadMs: Record<Priority, number> = { live: 1_500, post_call: 500, webhook: 350, delta: 250, backfill: 150 };
/** How much of a burst each priority may use; the rest is the reserve of those above it. */
const burstShare: Record<Priority, number> = { live: 1, post_call: 0.9, webhook: 0.8, delta: 0.65, backfill: 0.5 };

const mostSlowdown = 8;
/** A slowdown halves in this many spans of the bucket. */
const recoverySpans = 3;

export function createGovernor(deps: { store: RateStore; clock: Clock; maxWaitMs?: number }): Governor {
  const { store, clock, maxWaitMs = 1_500 } = deps;
  const sentWindow = createSentWindow(clock);
  const slowdowns = new Map<string, { factor: number; since: number }>();

  return { take, pause, observe, headroom };

  async function take(
    budgets: readonly Budget[],
    { priority, signal }: { priority: Priority; signal?: AbortSignal },
  ): Promise<void> {
    if (budgets.length === 0) return;
    let waited = 0;
    for (;;) {
      const draws = budgets.map((budget) => drawOf(budget, priority));
      const left = maxWaitMs - waited;
      const aheadMs = Math.min(left, bookAhead(draws, priority));
      const { booked, waitMs } = await store.reserve(draws, aheadMs);
      if (booked) {
        if (waitMs > 0) await sleep(waitMs, signal);
        return sentWindow.enter(budgets, signal);
      }
      if (waitMs > left) {
        throw new PlatformError("provider.rate_limited", "The rate budget of this account is used up for the moment.", {
          retryAfterMs: Math.ceil(waitMs),
        });
      }
      // Not booked, so that a request of a higher priority that comes meanwhile goes first.
      const pauseMs = Math.max(1, waitMs - aheadMs / 2);
      await sleep(pauseMs, signal);
      waited += pauseMs;
    }
  }

  async function pause(budgets: readonly Budget[], delayMs: number): Promise<void> {
    const draws = budgets.map((budget) => {
      slowDown(budget, 1.25);
      return drawOf(budget, "live");
    });
    if (draws.length > 0) await store.push(draws, delayMs);
  }

  async function observe(budgets: readonly Budget[], headers: Headers): Promise<void> {
    for (const budget of budgets) {
      const said = budget.bucket.remaining?.(headers);
      if (!said) continue;
      // Alone we stay 3.5 % below the limit, so at 1 % somebody else is drawing too.
      if (said.remaining > budget.bucket.requests / 100) continue;
      slowDown(budget, 1.1);
      // Room comes back one by one in a rolling span, all at once at the end of a fixed one; a tenth suits both.
      if (said.remaining <= 0)
        await store.push([drawOf(budget, "live")], Math.min(said.resetMs, budget.bucket.perMs) / 10);
    }
  }

  async function headroom(budgets: readonly Budget[], priority: Priority): Promise<number> {
    if (budgets.length === 0) return 0;
    const draws = budgets.map((budget) => drawOf(budget, priority));
    // Less than nothing ahead is never booked, so this only looks.
    const { waitMs } = await store.reserve(draws, -1);
    return waitMs;
  }

  function drawOf({ key, bucket }: Budget, priority: Priority): Draw {
    const { spacingMs, burst } = paceOf(bucket);
    const toleranceMs = (burst - 1) * spacingMs * burstShare[priority];
    return { key, incrementMs: spacingMs * slowdownOf(key, bucket), toleranceMs };
  }

  function slowDown({ key, bucket }: Budget, by: number): void {
    // Many answers tell of one squeeze: those in flight when it began count once.
    const known = slowdowns.get(key);
    if (known && clock.now() - known.since < bucket.perMs / 20) return;
    const factor = Math.min(mostSlowdown, slowdownOf(key, bucket) * by);
    slowdowns.set(key, { factor, since: clock.now() });
  }

  function slowdownOf(key: string, bucket: LimitBucket): number {
    const slowdown = slowdowns.get(key);
    if (!slowdown) return 1;
    const spans = (clock.now() - slowdown.since) / bucket.perMs;
    const factor = 1 + (slowdown.factor - 1) * 0.5 ** (spans / recoverySpans);
    if (factor < 1.01) slowdowns.delete(key);
    return factor;
  }
}

// Two places at least: a process that wakes a little late must not lose its place.
function bookAhead(draws: readonly Draw[], priority: Priority): number {
  return Math.max(bookAheadMs[priority], ...draws.map(({ incrementMs }) => 2 * incrementMs));
}
