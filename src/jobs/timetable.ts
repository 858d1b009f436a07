import { randomUUID } from "node:crypto";
import { type Clock, PlatformError } from "#core";
import type { Db } from "#db";
import { every } from "./every.ts";
import type { TimetableEntry } from "./jobs.ts";
import type { Log } from "./log.ts";

export interface TimetableOptions {
  db: Db;
  entries: readonly TimetableEntry[];
  clock: Clock;
  log: Log;
  /** How often due entries are looked for. Default 1 s. */
  tickMs?: number;
  /** How long an entry stays with a process that shows no life. Default 60 s. */
  leaseMs?: number;
  random?: () => number;
}

/** Recurring work of the installation: each entry is done by one process at a time, whichever comes first. */
export interface Timetable {
  start(): Promise<void>;
  /** Runs what is due, once. */
  tick(): Promise<void>;
  /**
   * Runs an entry now and plans it anew; false when it is running somewhere already. Throws what the entry throws, and
   * `request.not_found` for a name that is not in the timetable.
   */
  runNow(name: string): Promise<boolean>;
  /** No new runs; the running ones are told and waited for. */
  stop(): Promise<void>;
}

export function createTimetable(options: TimetableOptions): Timetable {
  const { db, clock, log, tickMs = 1_000, leaseMs = 60_000, random = Math.random } = options;
  const entries = new Map(options.entries.map((entry) => [entry.name, entry]));
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  let stopTicking: () => Promise<void> = async () => {};
  let isDown = false;

  return { start, tick, runNow, stop };

  async function start(): Promise<void> {
    await addRows();
    stopTicking = every(tickMs, () => tick().catch(sayDown));
  }

  // Spread from the first time on, so that the entries of a fresh installation do not all run in its first second; and an
  // interval that was shortened counts at once.
  async function addRows(): Promise<void> {
    const list = [...entries.values()];
    await db.transaction((tx) =>
      tx.query(
        `insert into timetable as t (name, next_at) select name, first_at
         from unnest($1::text[], $2::timestamptz[]) as e (name, first_at) order by name
         on conflict (name) do update set next_at = least(t.next_at, excluded.next_at)`,
        [list.map(({ name }) => name), list.map(({ everyMs }) => inFuture(everyMs * random()))],
      ),
    );
  }

  async function tick(): Promise<void> {
    for (const name of await dueNames()) {
      if (stopping.signal.aborted) return;
      const token = await claim(name, clock.now());
      if (token) track(run(name, token)).catch(() => {}); // its row and the log have told it
    }
    isDown = false;
  }

  async function runNow(name: string): Promise<boolean> {
    if (!entries.has(name)) throw new PlatformError("request.not_found", `The timetable has no entry "${name}".`);
    const token = await claim(name, null);
    if (!token) return false;
    await track(run(name, token));
    return true;
  }

  function dueNames(): Promise<string[]> {
    return db.transaction(async (tx) => {
      const rows = await tx.query<{ name: string }>(
        `select name from timetable where next_at <= $1 and name = any ($2)
           and (lease_until is null or lease_until < clock_timestamp()) order by next_at`,
        [new Date(clock.now()).toISOString(), [...entries.keys()]],
      );
      return rows.map(({ name }) => name);
    });
  }

  /** Takes the entry if nobody runs it and it is due at `at` (null: whenever). */
  async function claim(name: string, at: number | null): Promise<string | undefined> {
    const token = randomUUID();
    const rows = await db.transaction((tx) =>
      tx.query(
        `update timetable set lease_token = $2, lease_until = clock_timestamp() + $3 * interval '1 ms', last_started_at = $4
         where name = $1 and ($5::timestamptz is null or next_at <= $5) and (lease_until is null or lease_until < clock_timestamp())
         returning name`,
        [name, token, leaseMs, new Date(clock.now()).toISOString(), at === null ? null : new Date(at).toISOString()],
      ),
    );
    return rows.length > 0 ? token : undefined;
  }

  async function run(name: string, token: string): Promise<void> {
    const entry = entries.get(name) as TimetableEntry;
    const lost = new AbortController();
    const stopExtending = every(leaseMs / 3, () => extend(name, token, lost));
    let failure: string | null = null;
    try {
      await entry.run(AbortSignal.any([stopping.signal, lost.signal]));
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
      log.error({ err: error, entry: name }, "An entry of the timetable failed; it runs again at its next time.");
      throw error;
    } finally {
      await stopExtending();
      await finish(entry, token, failure);
    }
  }

  async function extend(name: string, token: string, lost: AbortController): Promise<void> {
    const rows = await db
      .transaction((tx) =>
        tx.query(
          `update timetable set lease_until = clock_timestamp() + $3 * interval '1 ms'
           where name = $1 and lease_token = $2 returning name`,
          [name, token, leaseMs],
        ),
      )
      .catch((error) => {
        sayDown(error);
        return [name]; // not known to be lost
      });
    if (rows.length === 0) lost.abort(new PlatformError("lease.lost", `Another process runs ${name}.`));
  }

  // From the end of this run, ±10 %: times that were missed are not made up for, and processes drift apart.
  async function finish({ name, everyMs }: TimetableEntry, token: string, failure: string | null): Promise<void> {
    await db.transaction((tx) =>
      tx.query(
        `update timetable set lease_token = null, lease_until = null, next_at = $3, last_finished_at = $4, last_error = $5
         where name = $1 and lease_token = $2`,
        [name, token, inFuture(everyMs * (0.9 + 0.2 * random())), new Date(clock.now()).toISOString(), failure],
      ),
    );
  }

  async function stop(): Promise<void> {
    stopping.abort(new Error("The process stops."));
    await stopTicking();
    await Promise.allSettled(running);
  }

  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work);
    return work.finally(() => running.delete(work));
  }

  function inFuture(ms: number): string {
    return new Date(clock.now() + ms).toISOString();
  }

  function sayDown(error: unknown): void {
    if (!isDown) log.warn({ err: error }, "The timetable cannot reach the database; it goes on trying.");
    isDown = true;
  }
}
