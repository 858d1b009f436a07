import type { Connections } from "#connections";
import { type Clock, PlatformError } from "#core";
import type { Db } from "#db";
import type { TimetableEntry } from "#jobs";
import { createCleanup } from "./cleanup.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Of a contract that this version does not fulfil yet, so that whoever calls for them is told why nothing happens. */
const belongToSync = ["delta-sync", "detect-conflicts"];

/** What recurs for the whole installation. */
export function timetableEntries(deps: {
  db: Db;
  clock: Clock;
  connections: Pick<Connections, "purgeDisconnected" | "refreshExpiring" | "checkHealth">;
  retryFailed(options: { signal: AbortSignal }): Promise<number>;
  sweepIdempotencyKeys(): Promise<void>;
}): TimetableEntry[] {
  const { db, clock, connections, retryFailed, sweepIdempotencyKeys } = deps;
  const cleanUp = createCleanup({ db, clock });
  return [
    {
      name: "refresh-tokens",
      everyMs: minute,
      // Ten minutes ahead, so that a token that is about to run out is seen ten times.
      run: async (signal) => void (await connections.refreshExpiring({ withinMs: 10 * minute, signal })),
    },
    {
      name: "health-check",
      // A tenth of five minutes: each connection comes up every five, and they do not all come up in the same second.
      everyMs: minute / 2,
      run: async (signal) => void (await connections.checkHealth({ signal })),
    },
    {
      name: "retry-failed",
      everyMs: hour,
      run: async (signal) => void (await retryFailed({ signal })),
    },
    {
      name: "purge-disconnected",
      everyMs: day,
      run: async () => void (await connections.purgeDisconnected()),
    },
    {
      name: "cleanup",
      everyMs: day,
      async run(signal) {
        await sweepIdempotencyKeys();
        await cleanUp({ signal });
      },
    },
  ];
}

/** Throws `request.not_found`, saying what there is. */
export function refuseUnknownJob(name: string, entries: readonly TimetableEntry[]): void {
  const names = entries.map((entry) => entry.name);
  if (names.includes(name)) return;
  const why = belongToSync.includes(name)
    ? `${name} belongs to the sync of records, which this version does not have.`
    : "The timetable has no such job.";
  throw new PlatformError("request.not_found", `${why} There are: ${names.toSorted().join(", ")}.`);
}
