import { randomUUID } from "node:crypto";
import type { ConnectionId, TenantId } from "#core";
import { type Db, sql, type Tx } from "#db";
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
  { kysely }: Tx,
  vault: Vault,
  owner: { tenantId: TenantId; connectionId: ConnectionId },
  secret: string,
  { overlapMs = 86_400_000 }: { overlapMs?: number } = {},
): Promise<{ id: string }> {
  const { tenantId, connectionId } = owner;
  await kysely
    .updateTable("webhook_secrets")
    .set({ expires_at: sql<Date>`least(expires_at, now() + ${overlapMs} * interval '1 ms')` })
    .where("connection_id", "=", connectionId)
    .where("is_active", "=", true)
    .execute();
  const id = randomUUID();
  await kysely
    .insertInto("webhook_secrets")
    .values({
      id,
      tenant_id: tenantId,
      connection_id: connectionId,
      envelope: vault.seal({ tenantId, subjectId: id }, secret),
      key_id: vault.activeKeyId,
    })
    .execute();
  return { id };
}

/** The connection's secrets without their text, newest first. */
export function listWebhookSecrets(
  { kysely }: Tx,
  connectionId: ConnectionId,
): Promise<{ id: string; is_active: boolean; expires_at: Date | null; created_at: Date }[]> {
  return kysely
    .selectFrom("webhook_secrets")
    .select(["id", "is_active", "expires_at", "created_at"])
    .where("connection_id", "=", connectionId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
}

/** Revokes one at once. */
export async function deactivateWebhookSecret(
  { kysely }: Tx,
  connectionId: ConnectionId,
  id: string,
): Promise<boolean> {
  const { numUpdatedRows } = await kysely
    .updateTable("webhook_secrets")
    .set({ is_active: false })
    .where("connection_id", "=", connectionId)
    .where("id", "=", id)
    .where("is_active", "=", true)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
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
    // As text, because each webhook that arrives asks this.
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
