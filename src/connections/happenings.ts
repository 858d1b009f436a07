import type { ConnectionId } from "#core";
import type { Tx } from "#db";

/** Adds a row to the tenant's events, in the transaction of what happened. */
export async function recordEvent(
  tx: Tx,
  type: `connection.${string}`,
  connectionId: ConnectionId,
  payload: Record<string, unknown> = {},
): Promise<void> {
  await tx.query(
    `insert into events (tenant_id, type, subject_kind, subject_id, payload) values (current_tenant(), $1, 'connection', $2, $3)`,
    [type, connectionId, JSON.stringify(payload)],
  );
}
