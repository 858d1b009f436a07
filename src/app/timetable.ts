import type { Connections } from "#connections";
import type { Db } from "#db";
import type { TimetableEntry } from "#jobs";

const minute = 60_000;
const keepDays = 30;

/** What recurs for the whole installation. */
export function timetableEntries(deps: {
  db: Db;
  connections: Pick<Connections, "purgeDisconnected" | "refreshExpiring">;
  sweepIdempotencyKeys(): Promise<void>;
}): TimetableEntry[] {
  const { db, connections, sweepIdempotencyKeys } = deps;
  return [
    {
      name: "refresh-tokens",
      everyMs: minute,
      // Ten minutes ahead, so that a token that is about to run out is seen ten times.
      run: async (signal) => void (await connections.refreshExpiring({ withinMs: 10 * minute, signal })),
    },
    {
      name: "purge-disconnected",
      everyMs: 24 * 60 * minute,
      run: async () => void (await connections.purgeDisconnected()),
    },
    {
      name: "cleanup",
      everyMs: 24 * 60 * minute,
      async run() {
        await sweepIdempotencyKeys();
        await db.transaction((tx) =>
          tx.query(`delete from inbound_refusals where last_at < now() - interval '${keepDays} days'`),
        );
      },
    },
  ];
}
