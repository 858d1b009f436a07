import type { ConnectionId, ErrorCode, PlatformError } from "#core";
import { now, type Tx } from "#db";
import { recordEvent } from "#events";
import type { ConnectionSet, ConnectionStatus } from "./store.ts";

/** Parks a connection until its owner signs in again: work waits, nothing fails. Once, however many find out. */
export async function markNeedsReauth(
  tx: Tx,
  connectionId: ConnectionId,
  reason: ErrorCode | "refresh_refused",
  error: PlatformError,
): Promise<void> {
  const row = await turn(tx, connectionId, ["connected", "degraded", "paused"], {
    status: "needs_reauth",
    status_reason: reason,
    status_detail: error.message,
    last_error_at: now,
  });
  if (!row) return;
  await recordEvent(tx, "connection.needs_reauth", connectionId, {
    provider: row.provider,
    reason,
    detail: error.message,
    provider_status: error.provider?.status ?? null,
    provider_code: error.provider?.code ?? null,
  });
}

/** It can still be written to, but something is wrong with the account or its provider. Once, until it is well again. */
export async function markDegraded(tx: Tx, connectionId: ConnectionId, error: PlatformError): Promise<void> {
  const row = await turn(tx, connectionId, ["connected"], {
    status: "degraded",
    status_reason: error.code,
    status_detail: error.message,
    last_error_at: now,
  });
  if (!row) return;
  await recordEvent(tx, "connection.degraded", connectionId, {
    provider: row.provider,
    reason: error.code,
    detail: error.message,
  });
}

export async function markRecovered(tx: Tx, connectionId: ConnectionId): Promise<void> {
  const row = await turn(tx, connectionId, ["degraded"], {
    status: "connected",
    status_reason: null,
    status_detail: null,
  });
  if (row) await recordEvent(tx, "connection.recovered", connectionId, { provider: row.provider });
}

/** Answers nothing when the connection stands otherwise: somebody else was first. */
function turn(
  { kysely }: Tx,
  connectionId: ConnectionId,
  from: ConnectionStatus[],
  to: ConnectionSet & { status: ConnectionStatus },
): Promise<{ provider: string } | undefined> {
  return kysely
    .updateTable("connections")
    .set({ ...to, status_changed_at: now, updated_at: now })
    .where("id", "=", connectionId)
    .where("status", "in", from)
    .returning("provider")
    .executeTakeFirst();
}
