import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import type { Db, Engine } from "./db.ts";
import { codeOf } from "./errors.ts";
import { migrate } from "./migrate.ts";
import { createPgliteDb } from "./pglite.ts";
import { createPostgresDb } from "./postgres.ts";
import { copyTemplate, schemaKey } from "./template.ts";

/** What can run something after a test: a test's context, or `{ after }` of node:test for a whole file. */
export interface Cleanup {
  after(fn: () => Promise<void>): void;
}

const postgresSetting = "TIELINE_TEST_DATABASE_URL";

interface Opened {
  db: Db;
  remove(): Promise<void>;
}

/**
 * A migrated database of the test's own, closed and removed after it. Opening takes some tenths of a second, so a file
 * of many tests opens one at its top, `const opening = createTestDb({ after })`, and each test makes its own tenants.
 */
export async function createTestDb(t: Cleanup, engine: Engine = "pglite"): Promise<Db> {
  const opening = engine === "pglite" ? openEmbedded() : openOnServer(postgresUrl());
  t.after(async () => {
    const { db, remove } = await opening;
    await db.close();
    await remove();
  });
  return (await opening).db;
}

/**
 * Runs the same tests on every engine there is: embedded always, PostgreSQL when TIELINE_TEST_DATABASE_URL names a
 * server. With TIELINE_REQUIRE_SERVICES=1 a missing server is a failure and not fewer tests.
 */
export function forEachEngine(define: (engine: Engine, open: (t: Cleanup) => Promise<Db>) => void): void {
  define("pglite", (t) => createTestDb(t, "pglite"));
  if (process.env[postgresSetting]) define("postgres", (t) => createTestDb(t, "postgres"));
  else if (process.env.TIELINE_REQUIRE_SERVICES === "1")
    throw new Error(`${postgresSetting} is required here and not set.`);
}

function postgresUrl(): string {
  const url = process.env[postgresSetting];
  if (!url) throw new Error(`Set ${postgresSetting} to test with PostgreSQL.`);
  return url;
}

async function openEmbedded(): Promise<Opened> {
  const home = path.join(os.tmpdir(), `tieline-test-${os.userInfo().uid}`);
  await removeLeftovers(home);
  const folder = path.join(home, `${process.pid}-${randomUUID()}`);
  await copyTemplate(path.join(home, "small-templates"), folder, setUpSmall);
  const db = await createPgliteDb({ folder, isDurable: false }, console.error);
  return { db, remove: () => fs.rm(folder, { recursive: true, force: true }) };
}

// 14 MB in place of 40, because each test file copies it: a short log, and only the one database that is used.
async function setUpSmall(folder: string): Promise<void> {
  const engine = await PGlite.create(folder, { initDbStartParams: ["--wal-segsize=1"] });
  await engine.exec("alter system set min_wal_size = '2MB'");
  for (const unused of ["template0", "template1"]) {
    await engine.exec(`alter database ${unused} is_template false`);
    await engine.exec(`drop database ${unused}`);
  }
  await engine.close();
}

// A killed test leaves its folder behind; the folder's name says whose it was.
async function removeLeftovers(home: string): Promise<void> {
  for (const name of await fs.readdir(home).catch(() => [])) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1]);
    if (pid && !isAlive(pid)) await fs.rm(path.join(home, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function openOnServer(serverUrl: string): Promise<Opened> {
  const template = `tieline_template_${await schemaKey()}`;
  const name = `tieline_test_${randomUUID().replaceAll("-", "")}`;
  await onServer(serverUrl, async (admin) => {
    // One process makes the template, the others wait for it.
    await admin.query("select pg_advisory_lock(hashtext('tieline test template'))");
    const { rowCount } = await admin.query("select from pg_database where datname = $1", [template]);
    if (!rowCount) await makeTemplate(admin, serverUrl, template);
    await admin.query(`create database ${name} template ${template}`);
  });
  const db = createPostgresDb({ url: databaseUrl(serverUrl, name), poolSize: 5 }, console.error);
  return {
    db,
    remove: () => onServer(serverUrl, (admin) => admin.query(`drop database if exists ${name} with (force)`)),
  };
}

async function makeTemplate(admin: pg.Client, serverUrl: string, template: string): Promise<void> {
  const draft = `${template}_draft`;
  await admin.query(`drop database if exists ${draft} with (force)`);
  await admin.query(`create database ${draft}`);
  const db = createPostgresDb({ url: databaseUrl(serverUrl, draft) }, console.error);
  try {
    await migrate(db);
  } finally {
    await db.close();
  }
  await admin.query(`alter database ${draft} rename to ${template}`);
}

async function onServer(url: string, fn: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await fn(admin);
  } finally {
    await admin.end();
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
