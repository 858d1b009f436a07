import fs from "node:fs";
import path from "node:path";
import { setUpFolder } from "./data-folder.ts";
import type { Db } from "./db.ts";
import { lockFolder } from "./folder-lock.ts";
import { createPgliteDb } from "./pglite.ts";
import { createPostgresDb, type PostgresConfig } from "./postgres.ts";

export interface FolderConfig {
  folder: string;
  /** False gives up the promise that what was committed survives a power failure. Default true. */
  isDurable?: boolean;
  /** Where templates of a migrated database are kept, for a start in a second in place of three; default: no templates. */
  templates?: string;
  /** How often the tables are vacuumed and analyzed; default 10 min. */
  vacuumEveryMs?: number;
}

/** Where the data lives: a PostgreSQL server, a folder of this machine, or memory. */
export type DbConfig = PostgresConfig | FolderConfig | { memory: true };

export interface OpenOptions {
  log?: (message: string) => void;
}

/** Opens the database; `migrate` comes next. Throws `db.unavailable`, for a server when it is first used. */
export async function openDb(config: DbConfig, { log = () => {} }: OpenOptions = {}): Promise<Db> {
  if ("url" in config) return createPostgresDb(config, log);
  if ("memory" in config) return createPgliteDb({}, log);
  return openFolder(config, log);
}

async function openFolder(
  { folder: given, isDurable = true, templates, vacuumEveryMs }: FolderConfig,
  log: (message: string) => void,
): Promise<Db> {
  const parent = path.dirname(path.resolve(given));
  fs.mkdirSync(parent, { recursive: true });
  const folder = realPath(given, parent);
  const unlock = lockFolder(folder);
  try {
    await setUpFolder(folder, templates === undefined ? { isDurable } : { isDurable, templates });
    if (!isDurable)
      log("The embedded database does not wait for the disk: a power failure may lose what was just stored.");
    const db = await createPgliteDb({ folder, isDurable, ...(vacuumEveryMs !== undefined && { vacuumEveryMs }) }, log);
    return { ...db, close: () => db.close().finally(unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}

// One lock for one folder, whatever links lead to it.
function realPath(folder: string, parent: string): string {
  return fs.existsSync(folder)
    ? fs.realpathSync(folder)
    : path.join(fs.realpathSync(parent), path.basename(path.resolve(folder)));
}
