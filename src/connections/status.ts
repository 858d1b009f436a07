import type { ConnectionId, ErrorCode, PlatformError } from "#core";
import type { Tx } from "#db";
import { recordEvent } from "./happenings.ts";

/** Parks a connection until its owner signs in again: work waits, nothing fails. Once, however many find out. */
export async function markNeedsReauth(
  tx: Tx,
  connectionId: ConnectionId,
  reason: ErrorCode | "refresh_refused",
  error: PlatformError,
): Promise<void> {
  const [row] = await tx.query<{ provider: string }>(
    `update connections set status = 'needs_reauth', status_reason = $2, status_detail = $3, status_changed_at = now(),
       last_error_at = now(), updated_at = now()
     where id = $1 and status in ('connected', 'degraded', 'paused') returning provider`,
    [connectionId, reason, error.message],
  );
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
  const [row] = await tx.query<{ provider: string }>(
    `update connections set status = 'degraded', status_reason = $2, status_detail = $3, status_changed_at = now(),
       last_error_at = now(), updated_at = now()
     where id = $1 and status = 'connected' returning provider`,
    [connectionId, error.code, error.message],
  );
  if (!row) return;
  await recordEvent(tx, "connection.degraded", connectionId, {
    provider: row.provider,
    reason: error.code,
    detail: error.message,
  });
}

export async function markRecovered(tx: Tx, connectionId: ConnectionId): Promise<void> {
  const [row] = await tx.query<{ provider: string }>(
    `update connections set status = 'connected', status_reason = null, status_detail = null, status_changed_at = now(),
       updated_at = now()
     where id = $1 and status = 'degraded' returning provider`,
    [connectionId],
  );
  if (row) await recordEvent(tx, "connection.recovered", connectionId, { provider: row.provider });
}
