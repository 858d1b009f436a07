import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** Shared by all runs on this machine; the product keys what is in it by its schema. */
const templates = join(tmpdir(), "tieline-run-templates");

/** A store of the product's own for one run, by environment; `remove` leaves nothing behind. */
export interface Store {
  engine: "embedded" | "postgres";
  env: Record<string, string>;
  remove(): Promise<void>;
}

export async function createEmbeddedStore(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), "tieline-run-"));
  return {
    engine: "embedded",
    env: { TIELINE_DATA_DIR: folder, TIELINE_TEMPLATE_DIR: templates },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A throwaway database on the server that TIELINE_TEST_DATABASE_URL names. */
export async function createPostgresStore(serverUrl: string): Promise<Store> {
  const name = `tieline_run_${randomUUID().replaceAll("-", "")}`;
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await onServer(serverUrl, `create database ${name}`);
  const folder = await mkdtemp(join(tmpdir(), "tieline-run-"));
  return {
    engine: "postgres",
    env: { DATABASE_URL: url.href, TIELINE_DATA_DIR: folder },
    async remove() {
      await onServer(serverUrl, `drop database if exists ${name} with (force)`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
