import type { AuthKind } from "#connector-kit";
import type { AgentId, ConnectionId, TenantId } from "#core";
import { type Change, now, sql, type Tx } from "#db";
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

/** The tenant that the transaction names. */
export const currentTenant = sql<TenantId>`current_tenant()`;

/** Columns of a few words: the database says text. */
export type ConnectionWords = Pick<Connection, "auth" | "role" | "status">;

/** What may be set; a column that is undefined stays. */
export type ConnectionSet = Change<"connections"> & {
  [Word in keyof ConnectionWords]?: ConnectionWords[Word] | undefined;
};

export async function findConnection(tx: Tx, connectionId: ConnectionId): Promise<Connection | null> {
  return (await selectConnections(tx).where("id", "=", connectionId).executeTakeFirst()) ?? null;
}

export function selectConnections({ kysely }: Tx) {
  return kysely.selectFrom("connections").selectAll().$narrowType<ConnectionWords>();
}

/** Changes a connection; answers it as it is then. */
export async function changeConnection(
  { kysely }: Tx,
  connectionId: ConnectionId,
  change: ConnectionSet,
): Promise<Connection | null> {
  const row = await kysely
    .updateTable("connections")
    .set({ ...change, updated_at: now })
    .where("id", "=", connectionId)
    .returningAll()
    .$narrowType<ConnectionWords>()
    .executeTakeFirst();
  return row ?? null;
}

/** The account's connection in this tenant, if there is one: per agent and environment. */
export async function findConnectionOfAccount(
  tx: Tx,
  account: { provider: string; environment: string; agentId: AgentId | null; externalAccountId: string },
): Promise<Connection | null> {
  const row = await selectConnections(tx)
    .where("provider", "=", account.provider)
    .where("environment", "=", account.environment)
    .where("agent_id", "is not distinct from", account.agentId)
    .where("external_account_id", "=", account.externalAccountId)
    .orderBy("created_at")
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

export type NewConnection = Pick<
  Connection,
  "id" | "agent_id" | "provider" | "environment" | "name" | "auth" | "role" | "settings" | "provider_state" | "scopes"
> & { external_account_id: string | null; external_account_name: string | null; webhook_key: string };

/** Creates the row, or brings an existing one back in order; id, links, mapping and webhook address of an existing one stay. */
export async function saveConnection({ kysely }: Tx, connection: NewConnection): Promise<Connection> {
  const { id, agent_id, provider, environment, webhook_key, name, ...rest } = connection;
  const renewed = {
    ...rest,
    settings: JSON.stringify(rest.settings),
    provider_state: JSON.stringify(rest.provider_state),
  };
  return kysely
    .insertInto("connections")
    .values({ id, tenant_id: currentTenant, agent_id, provider, environment, webhook_key, name, ...renewed })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet({
        ...renewed,
        ...(name !== null && { name }),
        status: "connected",
        status_reason: null,
        status_detail: null,
        status_changed_at: now,
        purge_after: null,
        breaker_until: null,
        updated_at: now,
      }),
    )
    .returningAll()
    .$narrowType<ConnectionWords>()
    .executeTakeFirstOrThrow();
}

export interface CredentialsRow {
  envelope: string;
  version: number;
  expires_at: Date | null;
  lease_owner: string | null;
  lease_until: Date | null;
}

export async function readCredentialsRow({ kysely }: Tx, connectionId: ConnectionId): Promise<CredentialsRow | null> {
  const row = await kysely
    .selectFrom("credentials")
    .select(["envelope", "version", "expires_at", "lease_owner", "lease_until"])
    .where("connection_id", "=", connectionId)
    .executeTakeFirst();
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
  { kysely }: Tx,
  vault: Vault,
  tenantId: TenantId,
  connectionId: ConnectionId,
  { secret, expiresAt }: { secret: Secret; expiresAt: number | null },
): Promise<void> {
  const sealed = {
    envelope: vault.seal({ tenantId, subjectId: connectionId }, JSON.stringify(secret)),
    key_id: vault.activeKeyId,
    expires_at: expiresAt === null ? null : new Date(expiresAt),
  };
  await kysely
    .insertInto("credentials")
    .values({ connection_id: connectionId, tenant_id: tenantId, ...sealed })
    .onConflict((conflict) =>
      conflict.column("connection_id").doUpdateSet(({ eb, ref }) => ({
        ...sealed,
        version: eb(ref("credentials.version"), "+", 1),
        lease_owner: null,
        lease_until: null,
        updated_at: now,
      })),
    )
    .execute();
}

export async function deleteCredentials({ kysely }: Tx, connectionId: ConnectionId): Promise<void> {
  await kysely.deleteFrom("credentials").where("connection_id", "=", connectionId).execute();
}
