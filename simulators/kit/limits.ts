/** Counts requests and says when one is too many. */
export interface Limiter {
  /** Takes one request at `now`; `share` is the part of the limit that others leave us, 0 to 1. */
  take(now: number, share?: number): Verdict;
}

export interface Verdict {
  allowed: boolean;
  max: number;
  remaining: number;
  /** How long until one more would be allowed. */
  retryAfterMs: number;
}

/** At most `max` in any span of `windowMs`. Refused requests do not count. */
export function rollingWindow(max: number, windowMs: number): Limiter {
  let times: number[] = [];
  let head = 0;
  return {
    take(now, share = 1) {
      const room = Math.floor(max * share);
      while (head < times.length && (times[head] as number) <= now - windowMs) head++;
      if (head > 1_024 && head * 2 > times.length) {
        times = times.slice(head);
        head = 0;
      }
      const used = times.length - head;
      if (used >= room) {
        const oldest = times[head] ?? now;
        return { allowed: false, max, remaining: 0, retryAfterMs: Math.max(1, oldest + windowMs - now) };
      }
      times.push(now);
      return { allowed: true, max, remaining: room - used - 1, retryAfterMs: 0 };
    },
  };
}

/** At most `max` in each span that starts at a multiple of `windowMs` (plus `offsetMs`, for a day of a time zone). */
export function fixedWindow(max: number, windowMs: number, offsetMs: (now: number) => number = () => 0): Limiter {
  let span = Number.NaN;
  let used = 0;
  return {
    take(now, share = 1) {
      const shifted = now + offsetMs(now);
      const current = Math.floor(shifted / windowMs);
      if (current !== span) {
        span = current;
        used = 0;
      }
      const room = Math.floor(max * share);
      if (used >= room) {
        return { allowed: false, max, remaining: 0, retryAfterMs: (current + 1) * windowMs - shifted };
      }
      used++;
      return { allowed: true, max, remaining: room - used, retryAfterMs: 0 };
    },
  };
}

/** A bucket of `size` that fills by `perSecond`. */
export function tokenBucket(size: number, perSecond: number): Limiter {
  let level = size;
  let filledAt: number | undefined;
  return {
    take(now, share = 1) {
      const rate = perSecond * share;
      level = Math.min(size * share, level + ((now - (filledAt ?? now)) / 1_000) * rate);
      filledAt = now;
      if (level < 1) {
        const retryAfterMs = rate > 0 ? Math.ceil(((1 - level) / rate) * 1_000) : 60_000;
        return { allowed: false, max: size, remaining: 0, retryAfterMs };
      }
      level -= 1;
      return { allowed: true, max: size, remaining: Math.floor(level), retryAfterMs: 0 };
    },
  };
}
