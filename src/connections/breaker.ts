import type { Clock, ErrorCode } from "#core";

const failuresToOpen = 5;
const shortestMs = 15_000;
const longestMs = 5 * 60_000;
const outages: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "provider.outage",
  "provider.network",
  "provider.ambiguous",
  "provider.malformed_answer",
]);

/** Keeps requests from a provider that is down: one breaker per connection, known to this process. */
export interface Breaker {
  /** Milliseconds until requests go again; takes nothing. */
  peekMs(): number;
  /** 0: go. After a pause only one request goes at a time, as a probe. Each that went must `report` or `leave`. */
  enter(): number;
  /** Tells what became of a request. Answers until when the breaker is open when this opened it, else null. */
  report(result: "ok" | ErrorCode): number | null;
  /** The request was given up by us: it says nothing of the provider. */
  leave(): void;
  /** Another process opened it. */
  openUntil(until: number): void;
}

export function createBreaker(clock: Clock): Breaker {
  let failures = 0;
  let opened = 0; // how often in a row
  let until = 0; // 0: closed
  let isProbing = false;

  return {
    peekMs: () => Math.max(0, until - clock.now()),
    enter() {
      if (until === 0) return 0;
      const left = until - clock.now();
      if (left > 0) return left;
      if (isProbing) return 1_000;
      isProbing = true;
      return 0;
    },
    report(result) {
      const wasProbe = isProbing;
      isProbing = false;
      // Any answer shows that the provider is there, a refusal too.
      if (result === "ok" || !outages.has(result)) {
        [failures, opened, until] = [0, 0, 0];
        return null;
      }
      failures++;
      if (failures < failuresToOpen && !wasProbe) return null;
      if (until > clock.now()) return null;
      // 15 s, 30 s, 1 min, 2 min, 4 min, 5 min
      until = clock.now() + Math.min(longestMs, shortestMs * 2 ** opened);
      opened++;
      return until;
    },
    leave() {
      isProbing = false;
    },
    openUntil(time) {
      until = Math.max(until, time);
    },
  };
}

/** The breakers of all connections; those in order take no room. */
export function createBreakers(clock: Clock) {
  const breakers = new Map<string, Breaker>();
  return {
    of(connectionId: string): Breaker {
      let breaker = breakers.get(connectionId);
      if (!breaker) {
        if (breakers.size >= 20_000) breakers.clear();
        breaker = createBreaker(clock);
        breakers.set(connectionId, breaker);
      }
      return breaker;
    },
  };
}
