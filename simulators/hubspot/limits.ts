import { fixedWindow, type Limiter, rollingWindow, type Verdict } from "#simulators/kit";
import type { Portal, Tier } from "./portal.ts";

export interface HubSpotLimits {
  /** OAuth apps: requests per 10 s, for each account on its own. */
  oauthPerTenSeconds: number;
  /** Static tokens: requests per 10 s; by the account's tier when undefined. */
  staticPerTenSeconds: number | undefined;
  /** Static tokens: requests per day of the account; by tier when undefined. */
  daily: number | undefined;
  /** All searches of an account together. */
  searchPerSecond: number;
  enabled: boolean;
}

export const documentedLimits: HubSpotLimits = {
  oauthPerTenSeconds: 110,
  staticPerTenSeconds: undefined,
  daily: undefined,
  searchPerSecond: 5,
  enabled: true,
};

const byTier: Record<Tier, { perTenSeconds: number; daily: number }> = {
  free: { perTenSeconds: 100, daily: 250_000 },
  starter: { perTenSeconds: 100, daily: 250_000 },
  pro: { perTenSeconds: 190, daily: 625_000 },
  enterprise: { perTenSeconds: 190, daily: 1_000_000 },
};

export interface LimitedCaller {
  kind: "oauth" | "static";
  /** Which app or token asks. */
  key: string;
  portal: Portal;
}

export interface LimitAnswer {
  headers: Record<string, string>;
  /** Set when the request is refused. */
  policy?: { policyName: string; message: string };
}

/** Counts requests as HubSpot does: 10 s rolling per app and account, a day per account, searches apart. */
export function createLimits(read: () => HubSpotLimits, freeShare: () => number) {
  const limiters = new Map<string, Limiter>();
  return { take, clear: () => limiters.clear() };

  function take({ kind, key, portal }: LimitedCaller, bucket: "standard" | "search", now: number): LimitAnswer {
    const limits = read();
    if (!limits.enabled) return { headers: {} };
    if (bucket === "search") {
      const max = limits.searchPerSecond;
      const verdict = limiter(`search:${portal.id}:${max}`, () => rollingWindow(max, 1_000)).take(now, freeShare());
      return { headers: {}, ...(verdict.allowed ? {} : refuse("SECONDLY", "secondly")) };
    }
    const tier = byTier[portal.tier];
    const max = kind === "oauth" ? limits.oauthPerTenSeconds : (limits.staticPerTenSeconds ?? tier.perTenSeconds);
    const burst = limiter(`${key}:${portal.id}:${max}`, () => rollingWindow(max, 10_000)).take(now, freeShare());
    const headers = burstHeaders(burst);
    if (!burst.allowed) return { headers, ...refuse("TEN_SECONDLY_ROLLING", "ten_secondly_rolling") };
    if (kind === "oauth") return { headers };
    const dailyMax = limits.daily ?? tier.daily;
    const offset = (at: number) => zoneOffsetMs(portal.timeZone, at);
    const day = limiter(`day:${portal.id}:${dailyMax}`, () => fixedWindow(dailyMax, 86_400_000, offset)).take(now, 1);
    headers["X-HubSpot-RateLimit-Daily"] = String(day.max);
    headers["X-HubSpot-RateLimit-Daily-Remaining"] = String(day.remaining);
    return { headers, ...(day.allowed ? {} : refuse("DAILY", "daily")) };
  }

  function limiter(key: string, create: () => Limiter): Limiter {
    let found = limiters.get(key);
    if (!found) {
      found = create();
      limiters.set(key, found);
    }
    return found;
  }
}

function burstHeaders({ max, remaining }: Verdict): Record<string, string> {
  return {
    "X-HubSpot-RateLimit-Max": String(max),
    "X-HubSpot-RateLimit-Remaining": String(remaining),
    "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
  };
}

function refuse(policyName: string, limit: string) {
  return { policy: { policyName, message: `You have reached your ${limit} limit.` } };
}

const offsets = new Map<string, { until: number; ms: number }>();

// Asked on every request, so kept for a quarter of an hour: offsets change on such borders only.
export function zoneOffsetMs(timeZone: string, at: number): number {
  const kept = offsets.get(timeZone);
  if (kept && at < kept.until && at >= kept.until - 900_000) return kept.ms;
  const ms = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1_000_000;
  offsets.set(timeZone, { until: (Math.floor(at / 900_000) + 1) * 900_000, ms });
  return ms;
}
