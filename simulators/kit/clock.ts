/** A clock that runs in real time until a test moves it. Timers set on it fire when it is moved past them. */
export interface SimulatorClock {
  /** Milliseconds since 1970, by this clock. */
  now(): number;
  /** Moves forward and fires what became due. */
  advance(ms: number): void;
  /** Jumps to an instant and runs on from there; `frozen` stops it there. */
  set(instant: string | number, options?: { frozen?: boolean }): void;
  /** Back to real time. Timers that were set stay set. */
  reset(): void;
  /** Runs `task` after `ms` of this clock's time; the answer cancels it. */
  after(ms: number, task: () => void): () => void;
  /** Forgets every timer, so that a stopped simulator leaves nothing behind. */
  close(): void;
}

interface Timer {
  dueAt: number;
  task: () => void;
}

export function createClock(realNow: () => number = Date.now): SimulatorClock {
  let offsetMs = 0;
  let frozenAt: number | undefined;
  const timers = new Set<Timer>();
  let wake: NodeJS.Timeout | undefined;

  return { now, advance, set, reset, after, close };

  function now(): number {
    return frozenAt ?? realNow() + offsetMs;
  }

  function advance(ms: number): void {
    if (frozenAt === undefined) offsetMs += ms;
    else frozenAt += ms;
    fireDue();
  }

  function set(instant: string | number, options: { frozen?: boolean } = {}): void {
    const target = typeof instant === "number" ? instant : Date.parse(instant);
    if (!Number.isFinite(target)) throw new Error(`Not an instant: ${instant}`);
    offsetMs = target - realNow();
    frozenAt = options.frozen ? target : undefined;
    fireDue();
  }

  function reset(): void {
    offsetMs = 0;
    frozenAt = undefined;
    fireDue();
  }

  function after(ms: number, task: () => void): () => void {
    const timer = { dueAt: now() + ms, task };
    timers.add(timer);
    arm();
    return () => {
      timers.delete(timer);
      arm();
    };
  }

  function close(): void {
    timers.clear();
    clearTimeout(wake);
  }

  function fireDue(): void {
    const due = [...timers].filter(({ dueAt }) => dueAt <= now()).sort((a, b) => a.dueAt - b.dueAt);
    for (const timer of due) {
      if (timers.delete(timer)) timer.task();
    }
    arm();
  }

  function arm(): void {
    clearTimeout(wake);
    if (timers.size === 0 || frozenAt !== undefined) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { dueAt } of timers) next = Math.min(next, dueAt);
    // Node treats a longer wait than this as 1 ms; we look again after at most an hour.
    wake = setTimeout(fireDue, Math.min(Math.max(0, next - now()), 3_600_000));
    wake.unref();
  }
}
