import type { ConnectionView, Connector } from "#connector-kit";
import { type ConnectionId, PlatformError, type TenantId } from "#core";
import type { Tx } from "#db";
import type { Credentials } from "./credentials.ts";
import { type Connection, openCredentials } from "./store.ts";
import type { Vault } from "./vault.ts";

interface JoinedRow extends Connection {
  envelope: string | null;
  version: number;
  expires_at: Date | null;
}

/** A connection with its credentials opened, in one read. Throws `connection.not_found`. */
export async function readForUse(
  tx: Tx,
  vault: Vault,
  tenantId: TenantId,
  connectionId: ConnectionId,
): Promise<{ connection: Connection; credentials: Credentials | null }> {
  const [row] = await tx.query<JoinedRow>(
    `select c.*, k.envelope, k.version, k.expires_at from connections c
     left join credentials k on k.connection_id = c.id where c.id = $1`,
    [connectionId],
  );
  if (!row) throw new PlatformError("connection.not_found", "There is no such connection in this tenant.");
  const { envelope, version, expires_at, ...connection } = row;
  if (envelope === null) return { connection, credentials: null };
  return { connection, credentials: openCredentials(vault, tenantId, connectionId, { envelope, version, expires_at }) };
}

/** Throws what stands in the way of using a connection. */
export function refuseUnlessUsable(connection: Connection, breakerMs: number): void {
  if (connection.status === "paused") throw new PlatformError("connection.paused", "The connection is paused.");
  if (connection.status === "disconnected") {
    throw new PlatformError("connection.disconnected", "The connection is disconnected.");
  }
  if (connection.status === "needs_reauth") {
    throw new PlatformError("connection.needs_reauth", connection.status_detail ?? "The account must be reconnected.");
  }
  if (breakerMs > 0) throw outage(breakerMs);
}

/** While the breaker is open. */
export function outage(retryAfterMs: number): PlatformError {
  return new PlatformError("provider.outage", "The provider failed several times in a row, so requests pause.", {
    retryAfterMs,
  });
}

/** What connector code sees. Settings are parsed again, so that a default added later holds for old connections too. */
export function toView(connector: Connector, connection: Connection): ConnectionView {
  return {
    id: connection.id,
    provider: connection.provider,
    environment: connection.environment,
    externalAccountId: connection.external_account_id,
    settings: parseSettings(connector, connection.settings),
    state: connection.provider_state,
  };
}

/** Throws `settings.invalid` with a pointer for each setting that is wrong. */
export function parseSettings(connector: Connector, settings: unknown): Record<string, unknown> {
  const parsed = connector.settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new PlatformError("settings.invalid", `The settings of ${connector.name} are not valid.`, {
    errors: parsed.error.issues.map(({ path, code, message }) => ({
      pointer: ["/settings", ...path.map(String)].join("/"),
      code: code ?? "invalid",
      detail: message,
    })),
  });
}
