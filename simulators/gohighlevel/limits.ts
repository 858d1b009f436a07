import { fixedWindow, type Limiter, rollingWindow } from "#simulators/kit";

export interface GoHighLevelLimits {
  enabled: boolean;
  /** Requests in 10 s of one app in one location or company. */
  burst: number;
  daily: number;
}

export const documentedLimits: GoHighLevelLimits = { enabled: true, burst: 100, daily: 200_000 };
const trial = { burst: 25, daily: 10_000 };

export interface LimitedCaller {
  /** App and resource. */
  key: string;
  isTrial: boolean;
}

/** A burst and a day for each app and resource. */
export function createLimits(read: () => GoHighLevelLimits, freeShare: () => number) {
  const limiters = new Map<string, Limiter>();
  return { take, clear: () => limiters.clear() };

  function take({ key, isTrial }: LimitedCaller, now: number): { headers: Record<string, string>; allowed: boolean } {
    const limits = read();
    if (!limits.enabled) return { headers: {}, allowed: true };
    const { burst: burstMax, daily: dailyMax } = isTrial ? trial : limits;
    const burst = limiter(`${key}:burst:${burstMax}`, () => rollingWindow(burstMax, 10_000)).take(now, freeShare());
    const day = limiter(`${key}:day:${dailyMax}`, () => fixedWindow(dailyMax, 86_400_000));
    const daily = burst.allowed ? day.take(now, freeShare()) : { allowed: true, max: dailyMax, remaining: undefined };
    const headers: Record<string, string> = {
      "X-RateLimit-Limit-Daily": String(dailyMax),
      "X-RateLimit-Interval-Milliseconds": "10000",
      "X-RateLimit-Max": String(burst.max),
      "X-RateLimit-Remaining": String(burst.remaining),
    };
    if (daily.remaining !== undefined) headers["X-RateLimit-Daily-Remaining"] = String(daily.remaining);
    return { headers, allowed: burst.allowed && daily.allowed };
  }

  function limiter(key: string, create: () => Limiter): Limiter {
    const found = limiters.get(key) ?? create();
    limiters.set(key, found);
    return found;
  }
}
