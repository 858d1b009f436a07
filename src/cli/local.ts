import { createLog, openStorage, readConfig } from "#app";
import type { Db } from "#db";
import type { Io } from "./io.ts";

/** Runs something on the database of this machine's settings, without a server. */
export async function withDatabase<T>(
  io: Io,
  run: (db: Db, config: ReturnType<typeof readConfig>) => Promise<T>,
): Promise<T> {
  const config = readConfig(io.environment);
  const db = await openStorage(config, createLog("warn"));
  try {
    return await run(db, config);
  } finally {
    await db.close();
  }
}
