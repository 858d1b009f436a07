import pg from "pg";
import type { Db } from "./db.ts";
import { toDbError } from "./errors.ts";
import { createPostgresListener } from "./postgres-listener.ts";
import { runOwnerTransaction, runTransaction, type Session, type WithSession } from "./transaction.ts";
import { valueTypes } from "./value-types.ts";

export interface PostgresConfig {
  url: string;
  /** A login that owns the tables, when `url` is of one that does not. */
  ownerUrl?: string;
  /** Connections at most; default 10. */
  poolSize?: number;
  /** How long a connection may take to open; default 10 s. */
  connectTimeoutMs?: number;
}

export function createPostgresDb(config: PostgresConfig, log: (message: string) => void): Db {
  const timeouts = { connectionTimeoutMillis: config.connectTimeoutMs ?? 10_000, keepAlive: true };
  const pool = new pg.Pool({
    connectionString: config.url,
    max: config.poolSize ?? 10,
    types: valueTypes,
    // Statements go out without waiting for the answers before them; the server still runs them in order.
    pipeline: true,
    // Row level security holds in every session, for a statement outside withTenant too.
    options: "-c role=tieline_app -c timezone=UTC",
    ...timeouts,
  });
  pool.on("error", (error) => log(`An idle database connection broke: ${error.message}`));
  const withSession: WithSession = async (fn) => {
    const client = await connect();
    let failure: unknown;
    try {
      return await fn(sessionOf(client));
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // A transaction that could not even be rolled back must not meet the next borrower.
      client.release(client.getTransactionStatus() === "I" ? undefined : toError(failure));
    }
  };
  const listener = createPostgresListener(() => openClient(config.url, "-c role=tieline_app"), log);

  return {
    engine: "postgres",
    withTenant: (tenantId, fn) => runTransaction(withSession, tenantId, fn),
    transaction: (fn) => runTransaction(withSession, undefined, fn),
    async asOwner(fn) {
      const client = await openClient(config.ownerUrl ?? config.url, "");
      try {
        return await runOwnerTransaction(sessionOf(client), fn);
      } finally {
        await client.end().catch(() => {});
      }
    },
    listen: listener.listen,
    async close() {
      await Promise.all([pool.end(), listener.close()]);
    },
  };

  async function connect(): Promise<pg.PoolClient> {
    try {
      return await pool.connect();
    } catch (error) {
      throw toDbError(error);
    }
  }

  async function openClient(connectionString: string, role: string): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString,
      types: valueTypes,
      options: `${role} -c timezone=UTC`,
      pipeline: true,
      ...timeouts,
    });
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

function toError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error("The session was left inside a transaction.");
}
