import path from "node:path";
import type { Logger } from "pino";
import { type Db, migrate, openDb } from "#db";
import { settleRestoredEvents } from "#events";
import type { Config } from "./config.ts";

/** Opens the database that the settings name and brings its schema up to date. */
export async function openStorage(config: Config, log: Logger): Promise<Db> {
  const db = await openDb(
    config.DATABASE_URL
      ? {
          url: config.DATABASE_URL,
          poolSize: config.DATABASE_POOL_SIZE,
          ...(config.DATABASE_MIGRATION_URL && { ownerUrl: config.DATABASE_MIGRATION_URL }),
        }
      : {
          folder: databaseFolder(config),
          templates: config.TIELINE_TEMPLATE_DIR ?? path.join(config.TIELINE_DATA_DIR, "templates"),
        },
    { log: (message) => log.warn(message) },
  );
  try {
    const applied = await migrate(db);
    if (applied.length > 0) log.info({ migrations: applied }, "The schema was brought up to date.");
    const restored = await settleRestoredEvents(db);
    if (restored > 0) log.info({ events: restored }, "This is a restored database: its events were put in order.");
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

export function databaseFolder({ TIELINE_DATA_DIR }: Pick<Config, "TIELINE_DATA_DIR">): string {
  return path.join(TIELINE_DATA_DIR, "db");
}
