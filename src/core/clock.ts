/** Time as an argument: the real one in production, one we move in tests. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is moved. */
export function createTestClock(
  start: string | number = "2026-03-02T15:00:00Z",
): Clock & { advance(ms: number): void; set(at: string | number): void } {
  let time = toMs(start);
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
    set: (at) => {
      time = toMs(at);
    },
  };
}

function toMs(at: string | number): number {
  return typeof at === "number" ? at : Date.parse(at);
}

/** The clock's time as the RFC 3339 UTC text that rows and payloads carry. */
export function nowIso(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
