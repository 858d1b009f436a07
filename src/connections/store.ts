import type { AuthKind } from "#connector-kit";
import type { AgentId, ConnectionId, TenantId } from "#core";
import type { Queryable, Tx } from "#db";
import type { Credentials, Secret } from "./credentials.ts";
import type { Vault } from "./vault.ts";

export const connectionStatuses = ["connected", "degraded", "needs_reauth", "paused", "disconnected"] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];
export const connectionRoles = ["everything", "appointments_only", "workflows_only"] as const;
export type ConnectionRole = (typeof connectionRoles)[number];

export interface Connection {
  id: ConnectionId;
  tenant_id: TenantId;
  agent_id: AgentId | null;
  provider: string;
  environment: string;
  name: string | null;
  auth: AuthKind;
  role: ConnectionRole;
  status: ConnectionStatus;
  status_reason: string | null;
  status_detail: string | null;
  status_changed_at: Date;
  external_account_id: string | null;
  external_account_name: string | null;
  scopes: string[];
  settings: Record<string, unknown>;
  provider_state: Record<string, unknown>;
  health: Record<string, unknown>;
  webhook_key: string;
  last_success_at: Date | null;
  last_error_at: Date | null;
  breaker_until: Date | null;
  purge_after: Date | null;
  created_at: Date;
  updated_at: Date;
}

export async function findConnection(tx: Tx, connectionId: ConnectionId): Promise<Connection | null> {
  const [row] = await tx.query<Connection>("select * from connections where id = $1", [connectionId]);
  return row ?? null;
}

/** The account's connection in this tenant, if there is one: per agent and environment. */
export async function findConnectionOfAccount(
  tx: Tx,
  account: { provider: string; environment: string; agentId: AgentId | null; externalAccountId: string },
): Promise<Connection | null> {
  const [row] = await tx.query<Connection>(
    `select * from connections where provider = $1 and environment = $2 and agent_id is not distinct from $3
     and external_account_id = $4 order by created_at limit 1 for update`,
    [account.provider, account.environment, account.agentId, account.externalAccountId],
  );
  return row ?? null;
}

export type NewConnection = Pick<
  Connection,
  "id" | "agent_id" | "provider" | "environment" | "name" | "auth" | "role" | "settings" | "provider_state" | "scopes"
> & { external_account_id: string | null; external_account_name: string | null; webhook_key: string };

/** Creates the row, or brings an existing one back in order; id, links, mapping and webhook address of an existing one stay. */
export async function saveConnection(tx: Tx, connection: NewConnection): Promise<Connection> {
  const [row] = await tx.query<Connection>(
    `insert into connections as c (id, tenant_id, agent_id, provider, environment, name, auth, role, settings, provider_state,
       scopes, external_account_id, external_account_name, webhook_key)
     values ($1, current_tenant(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (id) do update set auth = excluded.auth, settings = excluded.settings, provider_state = excluded.provider_state,
       scopes = excluded.scopes, external_account_id = excluded.external_account_id,
       external_account_name = excluded.external_account_name, name = coalesce(excluded.name, c.name), role = excluded.role,
       status = 'connected', status_reason = null, status_detail = null, status_changed_at = now(), purge_after = null,
       breaker_until = null, updated_at = now()
     returning *`,
    [
      connection.id,
      connection.agent_id,
      connection.provider,
      connection.environment,
      connection.name,
      connection.auth,
      connection.role,
      JSON.stringify(connection.settings),
      JSON.stringify(connection.provider_state),
      connection.scopes,
      connection.external_account_id,
      connection.external_account_name,
      connection.webhook_key,
    ],
  );
  return row as Connection;
}

export interface CredentialsRow {
  envelope: string;
  version: number;
  expires_at: Date | null;
  lease_owner: string | null;
  lease_until: Date | null;
}

export async function readCredentialsRow(tx: Tx, connectionId: ConnectionId): Promise<CredentialsRow | null> {
  const [row] = await tx.query<CredentialsRow>(
    "select envelope, version, expires_at, lease_owner, lease_until from credentials where connection_id = $1",
    [connectionId],
  );
  return row ?? null;
}

export function openCredentials(
  vault: Vault,
  tenantId: TenantId,
  connectionId: ConnectionId,
  row: Pick<CredentialsRow, "envelope" | "version" | "expires_at">,
): Credentials {
  const secret = JSON.parse(vault.open({ tenantId, subjectId: connectionId }, row.envelope)) as Secret;
  return { secret, version: row.version, expiresAt: row.expires_at?.getTime() ?? null };
}

/** Stores credentials over whatever was there: the account was just connected. */
export async function saveCredentials(
  tx: Tx,
  vault: Vault,
  tenantId: TenantId,
  connectionId: ConnectionId,
  { secret, expiresAt }: { secret: Secret; expiresAt: number | null },
): Promise<void> {
  await tx.query(
    `insert into credentials as c (connection_id, tenant_id, envelope, key_id, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (connection_id) do update set envelope = excluded.envelope, key_id = excluded.key_id,
       expires_at = excluded.expires_at, version = c.version + 1, lease_owner = null, lease_until = null, updated_at = now()`,
    [
      connectionId,
      tenantId,
      vault.seal({ tenantId, subjectId: connectionId }, JSON.stringify(secret)),
      vault.activeKeyId,
      expiresAt === null ? null : new Date(expiresAt),
    ],
  );
}

export async function deleteCredentials(tx: Queryable, connectionId: ConnectionId): Promise<void> {
  await tx.query("delete from credentials where connection_id = $1", [connectionId]);
}
