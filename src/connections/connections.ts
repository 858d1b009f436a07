import type { AgentId, Clock, ConnectionId, FieldError, TenantId } from "#core";
import { nowIso, type Page, type PageRequest, PlatformError, readPage } from "#core";
import { type Db, inKeyset, type Tx } from "#db";
import { recordEvent } from "#events";
import { type CheckLine, type CheckOptions, testConnection } from "./checklist.ts";
import { type Log, type ProviderApp, silentLog } from "./config.ts";
import { createConnect } from "./connect.ts";
import type { Gateway } from "./gateway.ts";
import { createHealthCheck } from "./health.ts";
import { parseSettings } from "./in-use.ts";
import { createLifecycle } from "./lifecycle.ts";
import { type ConnectionRow, toRow } from "./row.ts";
import { type ConnectionWish, createSignIn } from "./sign-in.ts";
import {
  type Connection,
  type ConnectionRole,
  type ConnectionStatus,
  changeConnection,
  findConnection,
  selectConnections,
} from "./store.ts";
import type { Vault } from "./vault.ts";
import { addWebhookSecret } from "./webhook-secrets.ts";

export interface ConnectionChange {
  name?: string | null;
  role?: ConnectionRole;
  settings?: Record<string, unknown>;
  webhookSecret?: string;
}

export interface CheckReport {
  ok: boolean;
  started_at: string;
  duration_ms: number;
  lines: CheckLine[];
}

export interface ConnectionsDeps {
  db: Db;
  vault: Vault;
  gateway: Gateway;
  clock: Clock;
  /** Where browsers reach us: `https://tieline.example.com`. */
  publicUrl: string;
  apps?: Record<string, ProviderApp>;
  log?: Log;
  /** Runs in the transaction that connects, reconnects or resumes: parked work is woken here. */
  onConnected?(tx: Tx, connection: Connection): Promise<void>;
}

/** What one may do with connections, as the API and the command line use it. */
export type Connections = ReturnType<typeof createConnections>;

export function createConnections(deps: ConnectionsDeps) {
  const { db, vault, gateway, clock, log = silentLog, onConnected = async () => {} } = deps;
  const { http, providers, appOf } = gateway;
  const signIn = createSignIn({ db, vault, http, providers, clock, appOf, publicUrl: deps.publicUrl });
  const connecting = createConnect({ db, vault, gateway, onConnected });
  const lifecycle = createLifecycle({ db, vault, gateway, clock, log, onConnected });

  return {
    list,
    read,
    connect,
    reconnect,
    update,
    checkSettings,
    hasOAuthApp: (provider: string) => deps.apps?.[provider] !== undefined,
    beginOAuth: signIn.begin,
    finishOAuth,
    pause: async (tenantId: TenantId, id: ConnectionId) => orRow(await lifecycle.pause(tenantId, id)),
    resume: async (tenantId: TenantId, id: ConnectionId) => orRow(await lifecycle.resume(tenantId, id)),
    disconnect,
    test,
    /** For the timetable. */
    purgeDisconnected: lifecycle.purge,
    refreshExpiring: gateway.tokens.refreshExpiring,
    checkHealth: createHealthCheck({ db, gateway, clock, log }),
  };

  function list(
    tenantId: TenantId,
    filter: { provider?: string; status?: ConnectionStatus; agentId?: AgentId },
    page: PageRequest,
  ): Promise<Page<ConnectionRow>> {
    return db.withTenant(tenantId, async (tx) => {
      const { provider, status, agentId } = filter;
      let wanted = selectConnections(tx);
      if (provider !== undefined) wanted = wanted.where("provider", "=", provider);
      if (status !== undefined) wanted = wanted.where("status", "=", status);
      if (agentId !== undefined) wanted = wanted.where("agent_id", "=", agentId);
      // The ids are time-ordered, so their order is that of creation.
      const found = await readPage(page, (keyset) => inKeyset(wanted, keyset).execute());
      return { ...found, data: found.data.map(toRow) };
    });
  }

  async function read(tenantId: TenantId, id: ConnectionId): Promise<ConnectionRow | null> {
    return orRow(await db.withTenant(tenantId, (tx) => findConnection(tx, id)));
  }

  async function connect(
    tenantId: TenantId,
    wish: ConnectionWish & { credentials: Record<string, string>; webhookSecret?: string },
  ): Promise<ConnectionRow> {
    const { credentials, webhookSecret, ...rest } = wish;
    const connection = await connecting.fromCredentials(tenantId, rest, credentials, { webhookSecret });
    return toRow(connection);
  }

  async function reconnect(
    tenantId: TenantId,
    id: ConnectionId,
    credentials: Record<string, string>,
  ): Promise<ConnectionRow | null> {
    const known = await db.withTenant(tenantId, (tx) => findConnection(tx, id));
    if (!known) return null;
    return toRow(await connecting.fromCredentials(tenantId, toWish(known), credentials, { connectionId: id }));
  }

  async function finishOAuth(provider: string, query: URLSearchParams, browser: string) {
    const visit = await signIn.finish(provider, query, browser);
    const connection = await connecting.fromVisit(visit);
    return { connection: toRow(connection), returnTo: visit.returnTo };
  }

  /** `decide` sees the row inside the transaction, answers the change, and throws when it no longer fits. */
  function update(
    tenantId: TenantId,
    id: ConnectionId,
    decide: (row: ConnectionRow) => ConnectionChange,
  ): Promise<ConnectionRow | null> {
    return db.withTenant(tenantId, async (tx) => {
      const before = await selectConnections(tx).where("id", "=", id).forUpdate().executeTakeFirst();
      if (!before) return null;
      const change = decide(toRow(before));
      const settings = parseSettings(providers.get(before.provider), change.settings ?? before.settings);
      if (change.webhookSecret) {
        await addWebhookSecret(tx, vault, { tenantId, connectionId: id }, change.webhookSecret);
      }
      const { name, role } = change; // what is undefined stays
      const after = await changeConnection(tx, id, {
        name,
        role,
        settings: change.settings && JSON.stringify(settings),
      });
      await recordEvent(tx, "connection.updated", id, { provider: before.provider });
      return orRow(after);
    });
  }

  /** What is wrong with settings; empty when nothing is. */
  function checkSettings(provider: string, settings: Record<string, unknown>): FieldError[] {
    try {
      parseSettings(providers.get(provider), settings);
      return [];
    } catch (error) {
      if (error instanceof PlatformError && error.errors) return error.errors;
      throw error;
    }
  }

  async function disconnect(tenantId: TenantId, id: ConnectionId) {
    const done = await lifecycle.disconnect(tenantId, id);
    return done && { ...done, connection: toRow(done.connection) };
  }

  /** Null when there is no such connection; every other trouble is a line of the report. */
  async function test(
    tenantId: TenantId,
    id: ConnectionId,
    options: CheckOptions & { onLine?: (line: CheckLine) => void } = {},
  ): Promise<CheckReport | null> {
    const known = await db.withTenant(tenantId, (tx) => findConnection(tx, id));
    if (!known) return null;
    const [startedAt, start] = [nowIso(clock), performance.now()];
    const lines: CheckLine[] = [];
    for await (const line of testConnection({ db, gateway, clock }, tenantId, id, options)) {
      options.onLine?.(line);
      if (line.state !== "running") lines.push(line);
    }
    const ok = lines.every(({ state }) => state !== "failed");
    return { ok, started_at: startedAt, duration_ms: Math.round(performance.now() - start), lines };
  }
}

function orRow(connection: Connection | null): ConnectionRow | null {
  return connection && toRow(connection);
}

function toWish(connection: Connection): ConnectionWish {
  const { provider, environment, agent_id: agentId, name, role, settings } = connection;
  return { provider, environment, agentId, name, role, settings };
}
