import type { Clock, ConnectionId, TenantId } from "#core";
import { type Db, now, type Tx } from "#db";
import { recordEvent } from "#events";
import type { Log } from "./config.ts";
import { type Credentials, signInHeaders, strategyOf } from "./credentials.ts";
import type { Gateway } from "./gateway.ts";
import {
  type Connection,
  changeConnection,
  deleteCredentials,
  findConnection,
  openCredentials,
  readCredentialsRow,
} from "./store.ts";
import { toOAuthRequest } from "./token-endpoint.ts";
import type { Vault } from "./vault.ts";

interface Deps {
  db: Db;
  vault: Vault;
  gateway: Gateway;
  clock: Clock;
  log: Log;
  /** Runs in the transaction that resumes: parked work is woken here. */
  onConnected(tx: Tx, connection: Connection): Promise<void>;
}

export interface Disconnected {
  connection: Connection;
  revokedAtProvider: boolean;
  whatStays: string;
}

/** 30 days in which connecting the same account again brings links and mapping back. */
const undoMs = 30 * 86_400_000;

/** Pause, resume and disconnect. All answer null when there is no such connection. */
export function createLifecycle({ db, vault, gateway, clock, log, onConnected }: Deps) {
  return { pause, resume, disconnect, purge };

  function pause(tenantId: TenantId, id: ConnectionId): Promise<Connection | null> {
    return db.withTenant(tenantId, async (tx) => {
      const before = await findConnection(tx, id);
      if (before?.status !== "connected" && before?.status !== "degraded") return before;
      const after = await changeConnection(tx, id, {
        status: "paused",
        status_reason: "paused_by_user",
        status_detail: null,
        status_changed_at: now,
      });
      await recordEvent(tx, "connection.paused", id, { provider: before.provider });
      return after;
    });
  }

  function resume(tenantId: TenantId, id: ConnectionId): Promise<Connection | null> {
    return db.withTenant(tenantId, async (tx) => {
      const before = await findConnection(tx, id);
      if (before?.status !== "paused") return before;
      const after = await changeConnection(tx, id, {
        status: "connected",
        status_reason: null,
        status_detail: null,
        status_changed_at: now,
      });
      await recordEvent(tx, "connection.resumed", id, { provider: before.provider });
      if (after) await onConnected(tx, after);
      return after;
    });
  }

  /** First nothing of ours uses the account any more, then the grant is revoked at the provider, as far as it can be. */
  async function disconnect(tenantId: TenantId, id: ConnectionId): Promise<Disconnected | null> {
    const done = await db.withTenant(tenantId, async (tx) => {
      const before = await findConnection(tx, id);
      if (!before) return null;
      const row = await readCredentialsRow(tx, id);
      const credentials = row && tryOpen(tenantId, id, row);
      await deleteCredentials(tx, id);
      if (before.status === "disconnected") return { connection: before, credentials: null, isShared: false };
      const connection = await changeConnection(tx, id, {
        status: "disconnected",
        status_reason: null,
        status_detail: null,
        status_changed_at: now,
        purge_after: new Date(clock.now() + undoMs),
        breaker_until: null,
      });
      await recordEvent(tx, "connection.disconnected", id, { provider: before.provider });
      const sibling = await tx.kysely
        .selectFrom("connections")
        .select("id")
        .where("id", "<>", id)
        .where("provider", "=", before.provider)
        .where("external_account_id", "=", before.external_account_id)
        .where("status", "<>", "disconnected")
        .executeTakeFirst();
      return { connection: connection as Connection, credentials, isShared: sibling !== undefined };
    });
    if (!done) return null;
    const { connection, credentials, isShared } = done;
    // Some providers end every sign-in of the app with it, and another connection to this account still works.
    const revokedAtProvider = credentials && !isShared ? await revoke(tenantId, connection, credentials) : false;
    return { connection, revokedAtProvider, whatStays: gateway.providers.get(connection.provider).afterDisconnect };
  }

  // Sealed with a key that is gone: it cannot be revoked, but it can be wiped.
  function tryOpen(
    tenantId: TenantId,
    id: ConnectionId,
    row: Parameters<typeof openCredentials>[3],
  ): Credentials | null {
    try {
      return openCredentials(vault, tenantId, id, row);
    } catch (error) {
      log.warn(
        { connectionId: id, error: String(error) },
        "The credentials of a connection could not be opened to revoke them.",
      );
      return null;
    }
  }

  async function revoke(tenantId: TenantId, connection: Connection, { secret }: Credentials): Promise<boolean> {
    const connector = gateway.providers.get(connection.provider);
    const strategy = strategyOf(connector, connection.auth);
    if (strategy.kind !== "oauth2" || !strategy.revoke || secret.kind !== "oauth2") return false;
    const { path, host } = strategy.revoke;
    try {
      const app = await db.withTenant(tenantId, (tx) =>
        gateway.appOf.byReference(tx, connector.id, connection.environment, secret.app),
      );
      const token = secret.refreshToken ?? secret.accessToken;
      const hint = secret.refreshToken === null ? "access_token" : "refresh_token";
      const at = { ...strategy, tokenPath: path, tokenHost: host ?? strategy.tokenHost ?? ("api" as const) };
      const { url, headers, body } = toOAuthRequest(gateway.providers, connector, at, app, {
        token,
        token_type_hint: hint,
      });
      const answer = await gateway.http.send({
        method: "POST",
        url: new URL(url),
        headers: { ...signInHeaders(strategy, secret), ...headers },
        body,
        timeoutMs: 10_000,
      });
      return answer.status >= 200 && answer.status < 300;
    } catch (error) {
      log.warn({ connectionId: connection.id, error: String(error) }, "A grant could not be revoked at its provider.");
      return false;
    }
  }

  /** Deletes connections whose 30 days are over, with what belongs to them; answers how many. For the timetable. */
  async function purge(limit = 100): Promise<number> {
    const due = await db.transaction((tx) =>
      tx.query<{ id: ConnectionId; tenant_id: TenantId }>(
        "select id, tenant_id from find_connections_to_purge($1, $2)",
        [new Date(clock.now()), limit],
      ),
    );
    for (const { id, tenant_id } of due) {
      await db.withTenant(tenant_id, ({ kysely }) =>
        kysely
          .deleteFrom("connections")
          .where("id", "=", id)
          .where("status", "=", "disconnected")
          .where("purge_after", "<", new Date(clock.now()))
          .execute(),
      );
    }
    return due.length;
  }
}
