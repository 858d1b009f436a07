import type { Connection } from "./store.ts";

type Instants = "status_changed_at" | "last_success_at" | "last_error_at" | "created_at" | "updated_at";
type Inner = "health" | "provider_state" | "breaker_until" | "purge_after" | Instants;

/** A connection as its owner sees it: what is stored, without what is ours alone. Instants are RFC 3339. */
export interface ConnectionRow extends Omit<Connection, Inner> {
  status_changed_at: string;
  last_success_at: string | null;
  last_error_at: string | null;
  created_at: string;
  updated_at: string;
}

export function toRow(connection: Connection): ConnectionRow {
  const { health, provider_state, breaker_until, purge_after, ...row } = connection;
  return {
    ...row,
    status_changed_at: row.status_changed_at.toISOString(),
    last_success_at: row.last_success_at?.toISOString() ?? null,
    last_error_at: row.last_error_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
