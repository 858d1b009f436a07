import { randomUUID } from "node:crypto";
import type { ConnectionId, TenantId } from "#core";
import type { Db, Tx } from "#db";
import type { Vault } from "./vault.ts";

interface SecretRow {
  id: string;
  envelope: string;
}

/** A connection that listens for webhooks, with the secrets they may be signed with. */
export interface Listener {
  tenantId: TenantId;
  connectionId: ConnectionId;
  secrets: string[];
}

/** Adds a secret; those before it stay good for `overlapMs`, so that both fit while the provider is told. */
export async function addWebhookSecret(
  tx: Tx,
  vault: Vault,
  owner: { tenantId: TenantId; connectionId: ConnectionId },
  secret: string,
  { overlapMs = 86_400_000 }: { overlapMs?: number } = {},
): Promise<{ id: string }> {
  const { tenantId, connectionId } = owner;
  await tx.query(
    `update webhook_secrets set expires_at = least(expires_at, now() + $2 * interval '1 ms')
     where connection_id = $1 and is_active`,
    [connectionId, overlapMs],
  );
  const id = randomUUID();
  await tx.query(
    "insert into webhook_secrets (id, tenant_id, connection_id, envelope, key_id) values ($1, $2, $3, $4, $5)",
    [id, tenantId, connectionId, vault.seal({ tenantId, subjectId: id }, secret), vault.activeKeyId],
  );
  return { id };
}

/** The connection's secrets without their text, newest first. */
export function listWebhookSecrets(
  tx: Tx,
  connectionId: ConnectionId,
): Promise<{ id: string; is_active: boolean; expires_at: Date | null; created_at: Date }[]> {
  return tx.query(
    `select id, is_active, expires_at, created_at from webhook_secrets where connection_id = $1 order by created_at desc, id desc`,
    [connectionId],
  );
}

/** Revokes one at once. */
export async function deactivateWebhookSecret(tx: Tx, connectionId: ConnectionId, id: string): Promise<boolean> {
  const rows = await tx.query(
    "update webhook_secrets set is_active = false where connection_id = $1 and id = $2 and is_active returning 1",
    [connectionId, id],
  );
  return rows.length > 0;
}

/** Who listens at a webhook address, and who has an account: the look-ups across tenants that arriving webhooks need. */
export function createWebhookDirectory({ db, vault }: { db: Db; vault: Vault }) {
  return { listenerAt, connectionsOf };

  async function listenerAt(provider: string, key: string): Promise<Listener | null> {
    const [found] = await db.transaction((tx) =>
      tx.query<{ id: ConnectionId; tenant_id: TenantId }>(
        "select id, tenant_id from find_connection_by_webhook_key($1, $2)",
        [provider, key],
      ),
    );
    if (!found) return null;
    const { id: connectionId, tenant_id: tenantId } = found;
    const rows = await db.withTenant(tenantId, (tx) =>
      tx.query<SecretRow>(
        `select id, envelope from webhook_secrets
         where connection_id = $1 and is_active and (expires_at is null or expires_at > now()) order by created_at desc limit 10`,
        [connectionId],
      ),
    );
    const secrets = rows.map(({ id, envelope }) => vault.open({ tenantId, subjectId: id }, envelope));
    return { tenantId, connectionId, secrets };
  }

  async function connectionsOf(
    provider: string,
    accountId: string,
  ): Promise<{ tenantId: TenantId; connectionId: ConnectionId }[]> {
    const rows = await db.transaction((tx) =>
      tx.query<{ id: ConnectionId; tenant_id: TenantId }>(
        "select id, tenant_id from find_connections_by_account($1, $2)",
        [provider, accountId],
      ),
    );
    return rows.map(({ id, tenant_id }) => ({ tenantId: tenant_id, connectionId: id }));
  }
}
