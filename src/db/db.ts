import type { Kysely } from "kysely";
import type { TenantId } from "#core";
import type { Database } from "./schema.generated.ts";

/** What runs one SQL statement. `$1, $2 …` are parameters; never build values into the text. */
export interface Queryable {
  query<Row = Record<string, unknown>>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** An open transaction. Rows of a tenant are visible only in a transaction that names it. */
export interface Tx extends Queryable {
  /** Typed queries in this transaction. */
  readonly kysely: Kysely<Database>;
  /** Switches the tenant for the statements that follow: group commits write for several tenants in one transaction. */
  useTenant(tenantId: TenantId): Promise<void>;
  /** Runs after the commit, never after a rollback. Must not throw. */
  afterCommit(run: () => void): void;
}

export type Engine = "pglite" | "postgres";

/** The database, embedded or not: one small interface. */
export interface Db {
  readonly engine: Engine;
  /**
   * A transaction that sees one tenant. `fn` may run again after a deadlock or a serialization failure, so what it
   * builds it builds inside. Throws `db.unavailable` when the database cannot be reached or cannot store.
   */
  withTenant<T>(tenantId: TenantId, fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** A transaction that sees no tenant: for what belongs to the installation, and for the cross-tenant functions. */
  transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** For migrations and engine set-up only: a transaction as the owner of the tables. */
  asOwner<T>(fn: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Calls back on NOTIFY until the returned function is called. A hint only: what it tells of is also found by polling. */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
