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
