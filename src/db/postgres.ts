import pg from "pg";
import { PlatformError } from "#core";
import type { Db } from "./db.ts";
import { toDbError } from "./errors.ts";
import { createPostgresListener } from "./postgres-listener.ts";
import { runOwnerTransaction, runTransaction, type Session } from "./transaction.ts";
import { valueTypes } from "./value-types.ts";

export interface PostgresConfig {
  url: string;
  /** A login that owns the tables, when `url` is of one that does not. */
  ownerUrl?: string;
  /** Connections at most; default 10. */
  poolSize?: number;
  /** How long opening a connection, or waiting for a free one, may take; default 10 s. */
  connectTimeoutMs?: number;
  /** How long a statement may go without an answer before its connection is given up; default 60 s. */
  answerTimeoutMs?: number;
}

// Row level security then holds in every session, for a statement outside withTenant too.
const asApp = "-c role=tieline_app";

export function createPostgresDb(config: PostgresConfig, log: (message: string) => void): Db {
  const common = { connectionTimeoutMillis: config.connectTimeoutMs ?? 10_000, keepAlive: true, types: valueTypes };
  const pool = new pg.Pool({
    ...common,
    connectionString: withOptions(config.url, asApp),
    max: config.poolSize ?? 10,
    query_timeout: config.answerTimeoutMs ?? 60_000,
    // Statements go out without waiting for the answers before them; the server still runs them in order.
    pipeline: true,
    verify: (client, done) => void verifyRole(client).then(() => done(), done),
  });
  pool.on("connect", (client) => client.on("error", () => {})); // the statement under way reports it
  pool.on("error", (error) => log(`An idle database connection broke: ${error.message}`));
  const listener = createPostgresListener(() => openClient(config.url, asApp), log);
  let closing: Promise<unknown> | undefined;

  return {
    engine: "postgres",
    withTenant: (tenantId, fn) => runTransaction(withPooled, tenantId, fn, log),
    transaction: (fn) => runTransaction(withPooled, undefined, fn, log),
    asOwner: (fn) => runOwnerTransaction(withOwner, fn),
    listen: listener.listen,
    async close() {
      closing ??= Promise.all([pool.end(), listener.close()]);
      await closing;
    },
  };

  async function withPooled<T>(fn: (session: Session) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error) => {
      throw toDbError(error);
    });
    try {
      return await fn(sessionOf(client));
    } finally {
      // A session whose transaction could not be ended must not meet the next borrower.
      client.release(client.getTransactionStatus() !== "I");
    }
  }

  async function withOwner<T>(fn: (session: Session) => Promise<T>): Promise<T> {
    const client = await openClient(config.ownerUrl ?? config.url, "");
    try {
      return await fn(sessionOf(client));
    } finally {
      await client.end().catch(() => {});
    }
  }

  async function openClient(url: string, options: string): Promise<pg.Client> {
    const client = new pg.Client({ ...common, connectionString: withOptions(url, options), pipeline: true });
    client.on("error", (error) => log(`A database connection broke: ${error.message}`));
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      throw toDbError(error);
    }
  }
}

/** The driver's client as a session. */
export function sessionOf(client: pg.ClientBase): Session {
  return { run: (text, parameters) => client.query(text, parameters as unknown[]) };
}

// Into the URL, whose own options would otherwise win over ours.
function withOptions(url: string, options: string): string {
  const parsed = new URL(url);
  const own = parsed.searchParams.get("options") ?? "";
  parsed.searchParams.set("options", `${own} ${options} -c timezone=UTC`.trim());
  return parsed.href;
}

// A connection pooler in between may drop start-up options without a word.
async function verifyRole(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ role: string }>("select current_user as role");
  if (rows[0]?.role === "tieline_app") return;
  throw new PlatformError(
    "db.unavailable",
    "The session does not run as tieline_app: connect to PostgreSQL directly, or let the pooler pass the start-up option `options` on.",
  );
}
