import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import { PlatformError } from "#core";
import type { Db, Queryable } from "./db.ts";

export interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

const lockKey = 7_461_636_510; // any number, the same in every process
const fileName = /^\d{4}_[a-z0-9_]+\.sql$/;

/** The numbered files, in order. */
export async function readMigrations(
  folder: URL | string = new URL("./migrations/", import.meta.url),
): Promise<Migration[]> {
  const names = (await fs.readdir(folder)).filter((name) => fileName.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await fs.readFile(typeof folder === "string" ? `${folder}/${name}` : new URL(name, folder), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex") };
    }),
  );
}

/**
 * Brings the schema up to this version and answers the names of what was applied. Each file has its own transaction,
 * under a lock, so several processes may do this at once. Throws `db.schema_mismatch` when an applied file has changed.
 */
export async function migrate(db: Pick<Db, "asOwner">, migrations?: readonly Migration[]): Promise<string[]> {
  const wanted = migrations ?? (await readMigrations());
  await db.asOwner(async (tx) => {
    await lock(tx);
    await tx.query(`create table if not exists schema_migrations (
      name text primary key, checksum text not null, applied_at timestamptz not null default now())`);
  });
  const applied: string[] = [];
  for (const migration of wanted) {
    const isNew = await db.asOwner(async (tx) => {
      await lock(tx);
      return apply(tx, migration);
    });
    if (isNew) applied.push(migration.name);
  }
  return applied;
}

async function apply(tx: Queryable, { name, sql, checksum }: Migration): Promise<boolean> {
  const [known] = await tx.query<{ checksum: string }>("select checksum from schema_migrations where name = $1", [
    name,
  ]);
  if (known?.checksum === checksum) return false;
  if (known) {
    throw new PlatformError(
      "db.schema_mismatch",
      `Migration ${name} was changed after it had been applied: write a new migration instead.`,
    );
  }
  try {
    await tx.query(sql);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlatformError("db.schema_mismatch", `Migration ${name} failed and was rolled back: ${reason}`, { cause });
  }
  await tx.query("insert into schema_migrations (name, checksum) values ($1, $2)", [name, checksum]);
  return true;
}

async function lock(tx: Queryable): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1)", [lockKey]);
}
