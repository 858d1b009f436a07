import type { Db } from "./db.ts";
import { createPgliteDb } from "./pglite.ts";
import { createPostgresDb, type PostgresConfig } from "./postgres.ts";

/** Where the data lives: a PostgreSQL server, a folder of this machine, or memory. */
export type DbConfig =
  | PostgresConfig
  | { folder: string; isDurable?: boolean; vacuumEveryMs?: number }
  | { memory: true; dump?: Uint8Array<ArrayBuffer> };

export interface OpenOptions {
  log?: (message: string) => void;
}

/** Opens the database. `migrate` comes next when the schema may be missing or old. Throws `db.unavailable`. */
export async function openDb(config: DbConfig, { log = () => {} }: OpenOptions = {}): Promise<Db> {
  if ("url" in config) return createPostgresDb(config, log);
  return createPgliteDb("folder" in config ? config : config.dump ? { dump: config.dump } : {}, log);
}
