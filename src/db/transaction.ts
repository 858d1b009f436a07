import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { QueryResult } from "pg";
import { PlatformError, type TenantId } from "#core";
import type { Queryable, Tx } from "./db.ts";
import { mayRunAgain, toDbError } from "./errors.ts";
import { kyselyOver } from "./kysely.ts";

/** One session of an engine, as transactions use it. Statements are answered in the order they are sent. */
export interface Session {
  run(text: string, parameters?: readonly unknown[]): Promise<QueryResult>;
}

/** Lends a session to one transaction at a time. */
export type WithSession = <T>(fn: (session: Session) => Promise<T>) => Promise<T>;

const attempts = 4; // the first and three more
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const openTransaction = new AsyncLocalStorage<{ open: boolean }>();

/** Runs `fn` in a transaction and again after a deadlock or a serialization failure. */
export async function runTransaction<T>(
  withSession: WithSession,
  tenantId: TenantId | undefined,
  fn: (tx: Tx) => Promise<T>,
  log: (message: string) => void,
): Promise<T> {
  refuseInsideTransaction();
  for (let attempt = 1; ; attempt++) {
    const afterCommit: (() => void)[] = [];
    try {
      const result = await withSession((session) => attemptTransaction(session, tenantId, fn, afterCommit));
      runAll(afterCommit, log);
      return result;
    } catch (error) {
      if (attempt === attempts || !mayRunAgain(error)) throw toDbError(error);
      await sleep(Math.random() * 10 * 2 ** attempt); // apart from each other, or the same two meet again
    }
  }
}

// Inside a transaction another one would wait for a connection that the first may be holding: for ever, on the embedded engine.
export function refuseInsideTransaction(): void {
  if (!openTransaction.getStore()?.open) return;
  throw new PlatformError(
    "internal.assumption",
    "A transaction was opened inside a transaction: pass the open one on.",
  );
}

// The transaction is stored: an error here must not look to the caller as if it were not.
function runAll(callbacks: (() => void)[], log: (message: string) => void): void {
  for (const callback of callbacks) {
    try {
      callback();
    } catch (error) {
      log(`What was to run after a commit failed: ${error}`);
    }
  }
}

async function attemptTransaction<T>(
  session: Session,
  tenantId: TenantId | undefined,
  fn: (tx: Tx) => Promise<T>,
  afterCommit: (() => void)[],
): Promise<T> {
  const state = { open: true };
  let failure: unknown;
  const run: Session["run"] = async (text, parameters) => {
    if (!state.open)
      throw new PlatformError("internal.assumption", "A statement was sent after its transaction had ended.");
    try {
      return await session.run(text, parameters);
    } catch (error) {
      failure ??= error;
      throw toDbError(error);
    }
  };
  // Not awaited: it travels together with the first statement. Should it fail, no tenant is set and no row is visible.
  const began = session.run(beginText(tenantId));
  began.catch((error) => {
    failure ??= error;
  });
  try {
    const result = await openTransaction.run(state, () => fn(createTx(run, afterCommit)));
    await began;
    state.open = false;
    await commit(session, () => failure);
    return result;
  } catch (error) {
    state.open = false;
    await session.run("rollback").catch(() => {}); // the session is gone then, and its transaction with it
    throw mayRunAgain(failure) ? failure : error;
  }
}

async function commit(session: Session, failure: () => unknown): Promise<void> {
  const { command } = await session.run("commit");
  if (command === "COMMIT") return;
  // PostgreSQL answers a commit with ROLLBACK when a statement had failed, without raising anything.
  const cause = failure();
  if (mayRunAgain(cause)) throw cause;
  throw new PlatformError(
    "internal.assumption",
    "A statement of the transaction failed and its error was swallowed: nothing was stored.",
    {
      cause,
    },
  );
}

function createTx(run: Session["run"], afterCommit: (() => void)[]): Tx {
  const query: Queryable["query"] = async <Row>(text: string, parameters?: readonly unknown[]) =>
    rowsOf<Row>(await run(text, parameters));
  let kysely: Tx["kysely"] | undefined;
  return {
    query,
    get kysely() {
      kysely ??= kyselyOver(run);
      return kysely;
    },
    async useTenant(tenantId) {
      await run("select set_config('app.tenant', $1, true)", [checked(tenantId)]);
    },
    afterCommit(callback) {
      afterCommit.push(callback);
    },
  };
}

/** The rows of the last statement: text without parameters may hold several. */
export function rowsOf<Row>(result: QueryResult | QueryResult[]): Row[] {
  return (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as Row[];
}

// One message in place of two: parameters would need a second one, so the id is checked and written into the text.
function beginText(tenantId: TenantId | undefined): string {
  return tenantId === undefined ? "begin" : `begin; select set_config('app.tenant', '${checked(tenantId)}', true)`;
}

function checked(tenantId: TenantId): TenantId {
  if (uuidPattern.test(tenantId)) return tenantId;
  throw new PlatformError("internal.assumption", "A tenant id must be a UUID here: public ids are parsed at the edge.");
}

/** Runs `fn` in a transaction of the owner of the tables. */
export async function runOwnerTransaction<T>(withSession: WithSession, fn: (tx: Queryable) => Promise<T>): Promise<T> {
  refuseInsideTransaction();
  try {
    return await withSession((session) => attemptTransaction(session, undefined, fn, []));
  } catch (error) {
    throw toDbError(error);
  }
}
