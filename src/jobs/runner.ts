import { randomUUID } from "node:crypto";
import { backoffMs, type Clock, PlatformError, sleep } from "#core";
import type { Db } from "#db";
import { every } from "./every.ts";
import type { LaneHandler, SliceResult } from "./jobs.ts";
import { kindOf, type LocalLanes } from "./lanes.ts";
import { createLeases, type Lease } from "./leases.ts";
import type { Log } from "./log.ts";
import type { WakeTransport } from "./transport.ts";
import { createWaitingLanes } from "./waiting.ts";
import { within } from "./within.ts";

export interface RunnerOptions {
  db: Db;
  lanes: LocalLanes;
  transport: WakeTransport;
  handlers: readonly LaneHandler[];
  clock: Clock;
  log: Log;
  /** Slices at once in this process. Default 8. */
  concurrency?: number;
  /** How long a lane stays with a worker that shows no life. Default 15 s; a slice may take longer, its lease is extended. */
  leaseMs?: number;
  /** A slice that takes longer than this hangs: it is given up, and its lane backs off. Default 5 min. */
  maxSliceMs?: number;
  /** How often due lanes without a wake-up are looked for. Default 1 s. */
  reapEveryMs?: number;
  /** How long a wake-up may be on its way before it counts as lost. Default 5 s. */
  patienceMs?: number;
  /** How long a lane rests at most after a slice that was not full. Default 100 ms. */
  mostRestMs?: number;
  /** How long stop() lets running slices finish. Default 25 s. */
  drainMs?: number;
}

/** Works lanes in this process. */
export interface Runner {
  start(): Promise<void>;
  /** No new slices, wait for the running ones, give their leases back. Called again, it aborts them at once. */
  stop(): Promise<void>;
}

interface Active {
  lease: Lease;
  abort: AbortController;
}

const releasePausesMs = [100, 200, 400, 800, 1_600];
const graceMs = 1_000; // for a slice to end after its signal
const stopReason = new Error("The process stops.");

export function createRunner(options: RunnerOptions): Runner {
  const { db, lanes, transport, clock, log } = options;
  const { concurrency = 8, leaseMs = 15_000, maxSliceMs = 300_000 } = options;
  const { reapEveryMs = 1_000, patienceMs = 5_000, drainMs = 25_000, mostRestMs = 100 } = options;
  const handlers = new Map(options.handlers.map((handler) => [handler.kind, handler]));
  const leases = createLeases({ db, clock, leaseMs });
  const waiting = createWaitingLanes({ room: concurrency });
  const working = new Map<string, Promise<void>>(); // lanes being taken, worked and released
  const active = new Map<string, Active>(); // those of them that we hold
  const resting = new Set<string>(); // lanes that gather more work before their next slice
  const stopNow = Promise.withResolvers<void>();
  let stopTaking: () => Promise<void> = async () => {};
  let stopExtending: () => Promise<void> = async () => {};
  let stopping: Promise<void> | undefined;
  let isDown = false;

  return { start, stop };

  async function start(): Promise<void> {
    const unsubscribe = lanes.onWake(offer);
    const stopConsuming = await transport.consume(
      async (keys) => {
        for (const key of keys) if (handlers.has(kindOf(key))) waiting.add(key, { fromTransport: true });
        pump();
        await waiting.room();
      },
      { batch: concurrency },
    );
    const stopReaping = every(reapEveryMs, reap);
    stopExtending = every(leaseMs / 3, extend);
    await reap(); // what a process before us left behind
    stopTaking = async () => {
      unsubscribe();
      await Promise.all([stopConsuming(), stopReaping()]);
    };
  }

  function offer(keys: readonly string[]): void {
    for (const key of keys) if (handlers.has(kindOf(key))) waiting.add(key);
    pump();
  }

  function pump(): void {
    while (!stopping && working.size < concurrency) {
      const key = waiting.take(isFree);
      if (key === undefined) return;
      const work = workLane(key)
        .catch(sayDown)
        .then(() => {
          active.delete(key);
          working.delete(key);
          pump();
        });
      working.set(key, work);
    }
  }

  function isFree(key: string): boolean {
    return !working.has(key) && !resting.has(key);
  }

  /**
   * A lane whose slice was not full rests twice as long as the slice took. A single unit is worked at once, yet a stream
   * of units becomes batches, which cost the database and the provider far less each.
   */
  function rest(key: string, sliceMs: number): void {
    const restMs = Math.min(mostRestMs, 2 * sliceMs);
    if (restMs < 1 || stopping) return;
    resting.add(key);
    setTimeout(() => {
      resting.delete(key);
      pump();
    }, restMs);
  }

  async function workLane(key: string): Promise<void> {
    const lease = await leases.take(key, randomUUID());
    isDown = false;
    const handler = handlers.get(kindOf(key));
    if (!lease || !handler) return;
    const abort = new AbortController();
    active.set(key, { lease, abort });
    if (stopping) return finish(lease, { next: "now" });
    const startedAt = performance.now();
    const result = await runSlice(handler, lease, abort);
    if (result !== "failed" && result.next !== "now") rest(key, performance.now() - startedAt);
    await finish(lease, result);
  }

  async function runSlice(handler: LaneHandler, lease: Lease, abort: AbortController): Promise<SliceResult | "failed"> {
    try {
      const slice = handler.runSlice({
        lane: lease.lane,
        signal: abort.signal,
        transaction: (fn) => leases.transaction(lease, abort, fn),
      });
      return await endsInTime(slice, lease, abort);
    } catch (error) {
      if (isLost(error) || isLost(abort.signal.reason)) {
        log.warn({ lane: lease.key }, "Another worker took the lane over.");
        return { next: "now" };
      }
      if (abort.signal.reason === stopReason) return { next: "now" };
      log.error(
        { err: error, lane: lease.key, failures: lease.failures + 1 },
        "A slice failed; its lane comes back later.",
      );
      return "failed";
    }
  }

  // A hung slice would otherwise keep its lane for ever, because its lease is extended.
  async function endsInTime<T>(slice: Promise<T>, lease: Lease, abort: AbortController): Promise<T> {
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    let timer = setTimeout(() => {
      const tooLong = new PlatformError(
        "internal.assumption",
        `A slice of ${lease.key} took longer than ${maxSliceMs} ms.`,
      );
      abort.abort(tooLong);
      timer = setTimeout(reject, graceMs, tooLong);
    }, maxSliceMs);
    try {
      return await Promise.race([slice, givenUp]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function finish(lease: Lease, result: SliceResult | "failed"): Promise<void> {
    const failed = result === "failed";
    const nextAt = failed
      ? new Date(clock.now() + backoffMs(lease.failures + 1, { capMs: 300_000 }))
      : nextTime(result);
    // While others wait here, the lane goes to the end of the common queue, where a free process may take it.
    const isElsewhere = waiting.has(isFree) || stopping !== undefined;
    const isAgain = await persistently(() =>
      leases.release(lease, { nextAt, failed }, async (tx) => {
        if (isElsewhere) await transport.send(tx, [lease.key]);
      }),
    );
    if (isAgain && !isElsewhere) waiting.add(lease.key);
  }

  // A lane that could not be given back would stand still until its lease ends, long after the database is there again.
  async function persistently<T>(release: () => Promise<T>): Promise<T> {
    for (const pauseMs of releasePausesMs) {
      try {
        return await release();
      } catch (error) {
        sayDown(error);
        await sleep(pauseMs);
      }
    }
    return release();
  }

  function nextTime(result: SliceResult): Date | null {
    if (result.next === "idle") return null;
    return result.next === "now" ? new Date(clock.now()) : result.at;
  }

  async function reap(): Promise<void> {
    const free = 2 * concurrency - waiting.size;
    if (free <= 0) return;
    try {
      offer(await leases.reap([...handlers.keys()], patienceMs, free));
      isDown = false;
    } catch (error) {
      sayDown(error);
    }
  }

  async function extend(): Promise<void> {
    const running = [...active.values()].filter(({ lease }) => leases.isAgeing(lease));
    if (running.length === 0) return;
    try {
      await leases.extend(running.map(({ lease }) => lease));
    } catch (error) {
      sayDown(error);
    }
    for (const { lease, abort } of running) {
      if (leases.isOver(lease))
        abort.abort(new PlatformError("lease.lost", `The lease of ${lease.key} ended during its slice.`));
    }
  }

  function stop(): Promise<void> {
    if (stopping) stopNow.resolve();
    stopping ??= Promise.resolve().then(drain);
    return stopping;
  }

  async function drain(): Promise<void> {
    waiting.close();
    await stopTaking();
    await leases.giveBack(waiting.drain()).catch(sayDown);
    const running = Promise.all(working.values());
    await within(drainMs, Promise.race([running, stopNow.promise]));
    for (const { abort } of active.values()) abort.abort(stopReason);
    await within(graceMs, running);
    // A slice that ignores its signal: without its lease nothing it still does can commit.
    for (const { lease } of active.values()) {
      log.warn({ lane: lease.key }, "A slice did not end in time; its lane is given to others.");
      await leases.release(lease, { nextAt: new Date(clock.now()), failed: false }, async () => {}).catch(sayDown);
    }
    await stopExtending();
  }

  // A database that is away is told once, not every second.
  function sayDown(error: unknown): void {
    if (!isDown) log.warn({ err: error }, "The work queue cannot reach the database; it goes on trying.");
    isDown = true;
  }
}

function isLost(error: unknown): boolean {
  return error instanceof PlatformError && error.code === "lease.lost";
}
