import { type Limiter, rollingWindow } from "#simulators/kit";

export const plans = ["lite", "growth", "premium", "ultimate"] as const;
export type Plan = (typeof plans)[number];

const byPlan: Record<Plan, { budgetFactor: number; apiToken: number; oauth: number }> = {
  lite: { budgetFactor: 1, apiToken: 20, oauth: 80 },
  growth: { budgetFactor: 2, apiToken: 40, oauth: 160 },
  premium: { budgetFactor: 5, apiToken: 100, oauth: 400 },
  ultimate: { budgetFactor: 7, apiToken: 120, oauth: 480 },
};

export interface PipedriveLimits {
  enabled: boolean;
  /** Tokens a day of the whole company; by plan and seats when undefined. */
  dailyBudget: number | undefined;
  /** Requests in 2 s for each token; by plan and kind of token when undefined. */
  burst: number | undefined;
  /** Searches in 2 s for each token. */
  searchBurst: number;
  /** Seconds in a `Retry-After` of a 429. Only told by third parties, so absent when undefined. */
  retryAfterSeconds: number | undefined;
  /** So many refusals in a row, each within 10 s of the last, and a token gets the HTML page for a minute. */
  blockAfterRefusals: number;
}

export const documentedLimits: PipedriveLimits = {
  enabled: true,
  dailyBudget: undefined,
  burst: undefined,
  searchBurst: 10,
  retryAfterSeconds: undefined,
  blockAfterRefusals: 50,
};

export interface LimitedCaller {
  kind: "oauth" | "api-token";
  key: string;
  company: { id: number; plan: Plan; seats: number; extraBudget: number };
}

export interface Taken {
  headers: Record<string, string>;
  refused?: "burst" | "daily" | "blocked";
}

interface Hammering {
  count: number;
  lastAt: number;
  blockedUntil: number;
}

/** A token budget for each company and day, and a burst for each token, as Pipedrive counts. */
export function createLimits(read: () => PipedriveLimits, freeShare: () => number) {
  const limiters = new Map<string, Limiter>();
  const spent = new Map<string, number>();
  const refusals = new Map<string, Hammering>();
  return { take, spentToday, clear };

  function take(caller: LimitedCaller, cost: number, isSearch: boolean, isWrite: boolean, now: number): Taken {
    const limits = read();
    if (!limits.enabled) return { headers: {} };
    const hammering = refusals.get(caller.key) ?? { count: 0, lastAt: 0, blockedUntil: 0 };
    if (now < hammering.blockedUntil) return { headers: {}, refused: "blocked" };
    const plan = byPlan[caller.company.plan];
    const max = isSearch
      ? limits.searchBurst
      : (limits.burst ?? (caller.kind === "oauth" ? plan.oauth : plan.apiToken));
    const burst = limiter(`${caller.key}:${isSearch}:${max}`, max).take(now, freeShare());
    const budget = budgetOf(caller.company);
    const day = `${caller.company.id}:${Math.floor(now / 86_400_000)}`;
    const used = spent.get(day) ?? 0;
    const hasBudget = used + cost <= budget;
    if (burst.allowed && hasBudget) spent.set(day, used + cost);
    const left = Math.max(0, budget - (spent.get(day) ?? 0));
    const headers: Record<string, string> = {
      "x-ratelimit-limit": String(burst.max),
      "x-ratelimit-remaining": String(burst.remaining),
      "x-ratelimit-reset": burst.allowed ? "2" : String(Math.ceil(burst.retryAfterMs / 1_000)),
      "x-daily-ratelimit-token-limit": String(budget),
      "x-daily-ratelimit-token-remaining": String(left),
    };
    if (caller.kind === "api-token" && isWrite) headers["x-daily-requests-left"] = String(left);
    if (burst.allowed && hasBudget) {
      refusals.delete(caller.key);
      return { headers };
    }
    hammering.count = now - hammering.lastAt > 10_000 ? 1 : hammering.count + 1;
    hammering.lastAt = now;
    if (hammering.count >= limits.blockAfterRefusals) hammering.blockedUntil = now + 60_000;
    refusals.set(caller.key, hammering);
    if (limits.retryAfterSeconds !== undefined) headers["retry-after"] = String(limits.retryAfterSeconds);
    return { headers, refused: burst.allowed ? "daily" : "burst" };
  }

  function budgetOf({ plan, seats, extraBudget }: LimitedCaller["company"]): number {
    const whole = read().dailyBudget ?? 30_000 * byPlan[plan].budgetFactor * seats + extraBudget;
    return Math.floor(whole * freeShare());
  }

  /** Tokens of the day that a company has used. The server's day is taken to be that of UTC. */
  function spentToday(companyId: number, now: number): number {
    return spent.get(`${companyId}:${Math.floor(now / 86_400_000)}`) ?? 0;
  }

  function limiter(key: string, max: number): Limiter {
    const found = limiters.get(key) ?? rollingWindow(max, 2_000);
    limiters.set(key, found);
    return found;
  }

  function clear(): void {
    for (const held of [limiters, spent, refusals]) held.clear();
  }
}
