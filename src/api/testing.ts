import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pino from "pino";
import { z } from "zod";
import type { Calls, Messages } from "#calls";
import type { Connector } from "#connector-kit";
import { type Clock, type ConnectionId, createTestClock, newId, PlatformError, type TenantId, toPublicId } from "#core";
import { type Cleanup, createTestDb, type Db } from "#db";
import { createEvents, type Events } from "#events";
import type { InboundWebhooks } from "#webhooks";
import type { Scope } from "./contract/session.ts";
import { type Api, createApi } from "./create-api.ts";
import { createKeyStore } from "./key-store.ts";
import type { ConnectionRow, ConnectionsPort } from "./ports.ts";
import type { RequestLimits } from "./rate-limits.ts";

/** A provider with every part a route shows, which nothing is ever sent to. */
export const aConnector: Connector = {
  id: "acme",
  name: "Acme CRM",
  summary: "Calls as notes.",
  links: { documentation: "https://acme.example.com/docs", app: "https://acme.example.com" },
  hosts: { api: "https://api.acme.example.com" },
  auth: [
    {
      kind: "oauth2",
      authorizePath: "/authorize",
      tokenPath: "/token",
      clientAuth: "form",
      pkce: true,
      refreshTokens: "reusable",
      scopes: { required: ["contacts"], optional: [] },
    },
    {
      kind: "api_key",
      fields: [{ name: "access_token", label: "Token", hint: "Settings, then API.", secret: true }],
      headers: () => ({}),
    },
  ],
  limits: [{ name: "short", isDefault: true, scope: "account", requests: 100, perMs: 10_000, burst: 5 }],
  classify: () => new PlatformError("provider.outage", "Acme is down."),
  settings: z.object({
    calendar_id: z.string().default("primary").describe("The calendar to book in."),
    create_as: z.enum(["Lead", "Contact"]).default("Lead"),
    pipeline_id: z.string().optional(),
    owner_id: z.string().nullable().default(null),
  }),
  checks: [{ id: "read", label: "Read one contact", scope: "contacts", run: async () => "One contact." }],
  actions: {},
  afterDisconnect: "Notes stay in Acme.",
};

export interface TestApi {
  api: Api;
  db: Db;
  events: Events;
  clock: Clock & { advance(ms: number): void };
  calls: { accepted: { tenantId: TenantId; body: unknown }[] };
  /** The connections there are; the port below reads and changes these. */
  connections: ConnectionRow[];
  /** A tenant with an agent, made directly. */
  addTenant(externalId?: string): Promise<{ id: TenantId; publicId: string; agentId: string }>;
  addKey(tenantId: TenantId | null, scopes: Scope[]): Promise<string>;
  /** Sends a request without a socket. */
  send(
    method: "GET" | "POST" | "PATCH" | "DELETE" | "PUT",
    url: string,
    options?: { key?: string; headers?: Record<string, string>; body?: unknown; text?: string },
  ): // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  Promise<{ status: number; headers: Record<string, unknown>; text: string; json: any }>;
}

/** The API on a database of its own, with capabilities that only remember what they were asked. */
export async function startTestApi(
  t: Cleanup,
  options: {
    limits?: Partial<RequestLimits>;
    overrides?: Partial<Calls>;
    messages?: Partial<Messages>;
    inbound?: Partial<InboundWebhooks>;
    db?: Db;
    streams?: { beatMs?: number; perKey?: number };
  } = {},
): Promise<TestApi> {
  const db = options.db ?? (await createTestDb(t, process.env.TIELINE_TEST_DATABASE_URL ? "postgres" : "pglite"));
  const clock = createTestClock(Date.now());
  const accepted: TestApi["calls"]["accepted"] = [];
  const connections: ConnectionRow[] = [];
  const folder = await mkdtemp(path.join(tmpdir(), "tieline-dashboard-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const empty = { data: [], nextCursor: null, prevCursor: null };
  const calls: Calls = {
    async accept(tenantId, body) {
      accepted.push({ tenantId, body });
      return { status: "accepted", id: newId("call"), callId: body.call_id, routedTo: 1 };
    },
    import: async () => ({ id: newId("import"), results: [] }),
    importProgress: async () => null,
    list: async () => empty,
    read: async () => null,
    syncs: async () => [],
    listSyncs: async () => empty,
    retry: async () => 0,
    retryDead: async () => 3,
    ...options.overrides,
  };
  const messages: Messages = {
    accept: async (_tenant, { message_id }) => ({
      status: "accepted",
      id: newId("message"),
      messageId: message_id,
      routedTo: 1,
    }),
    list: async () => empty,
    read: async () => null,
    syncs: async () => [],
    retry: async () => 0,
    ...options.messages,
  };
  const events = createEvents({ db, onError: console.error });
  const api = await createApi({
    db,
    calls,
    messages,
    connections: createMemoryConnections(connections),
    inbound: {
      receive: async () => ({ stored: 1, duplicates: 0 }),
      list: async () => empty,
      replay: async () => false,
      ...options.inbound,
    },
    events,
    tracer: { trace: async (_tenant, query) => ({ query, kind: "nothing", calls: [], messages: [] }) },
    connectors: new Map([[aConnector.id, aConnector]]),
    config: {
      version: "0.0.0",
      publicUrl: "http://tieline.test",
      trustedProxies: [],
      secrets: [randomBytes(32)],
      cronSecret: "cron-secret",
      metricsToken: "metrics-token",
      dashboardFolder: folder,
      checkReplies: true,
      ...(options.streams && { streams: options.streams }),
      ...(options.limits && { limits: options.limits }),
    },
    clock,
    log: pino({ level: "silent" }),
    runTimetable: async (job) => (job === "cleanup" ? "Cleaned up." : null),
  });
  t.after(async () => {
    await api.server.close();
    await events.close();
  });
  const keys = createKeyStore(db);

  return {
    api,
    db,
    events,
    clock,
    calls: { accepted },
    connections,
    async addTenant(externalId) {
      const id = newId("tenant");
      const agentId = newId("agent");
      await db.withTenant(id, async (tx) => {
        await tx.query("insert into tenants (id, external_id, name) values ($1, $2, 'Acme')", [id, externalId ?? null]);
        await tx.query("insert into agents (id, tenant_id, external_id, name) values ($1, $2, 'a1', 'Desk')", [
          agentId,
          id,
        ]);
      });
      return { id, publicId: toPublicId("tenant", id), agentId: toPublicId("agent", agentId) };
    },
    addKey: async (tenantId, scopes) => (await keys.add({ tenantId, name: "test", scopes })).secret,
    async send(method, url, { key, headers = {}, body, text } = {}) {
      const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
      const answer = await api.server.inject({
        method,
        url,
        headers: {
          ...(key && { authorization: `Bearer ${key}` }),
          ...(payload !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(payload !== undefined && { payload }),
      });
      const isJson =
        String(answer.headers["content-type"]).includes("json") &&
        !String(answer.headers["content-type"]).includes("ndjson");
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text: answer.body,
        json: isJson && answer.body ? JSON.parse(answer.body) : undefined,
      };
    },
  };
}

export function aConnectionRow(tenantId: TenantId, change: Partial<ConnectionRow> = {}): ConnectionRow {
  const now = "2026-03-02T15:00:00.000Z";
  return {
    id: newId("connection"),
    tenant_id: tenantId,
    agent_id: null,
    provider: "acme",
    environment: "production",
    name: null,
    auth: "api_key",
    role: "everything",
    status: "connected",
    status_reason: null,
    status_detail: null,
    status_changed_at: now,
    external_account_id: "42",
    external_account_name: "Acme",
    scopes: [],
    settings: {},
    webhook_key: "k",
    last_success_at: null,
    last_error_at: null,
    created_at: now,
    updated_at: now,
    ...change,
  };
}

function createMemoryConnections(rows: ConnectionRow[]): ConnectionsPort {
  const find = (tenantId: TenantId, id: ConnectionId) =>
    rows.find((row) => row.tenant_id === tenantId && row.id === id) ?? null;
  const change = (tenantId: TenantId, id: ConnectionId, values: Partial<ConnectionRow>) => {
    const row = find(tenantId, id);
    return row && Object.assign(row, values);
  };
  return {
    list: async (tenantId) => ({
      data: rows.filter((row) => row.tenant_id === tenantId),
      nextCursor: null,
      prevCursor: null,
    }),
    read: async (tenantId, id) => find(tenantId, id),
    async connect(tenantId, { provider, agentId, name, role, settings, environment }) {
      const row = aConnectionRow(tenantId, { provider, agent_id: agentId, name, role, settings, environment });
      rows.push(row);
      return row;
    },
    checkSettings: (_provider, settings) =>
      settings.create_as === "Nobody" ? [{ pointer: "/settings/create_as", code: "invalid_value", detail: "No." }] : [],
    async update(tenantId, id, decide) {
      const row = find(tenantId, id);
      return row && change(tenantId, id, decide(row));
    },
    pause: async (tenantId, id) => change(tenantId, id, { status: "paused" }),
    resume: async (tenantId, id) => change(tenantId, id, { status: "connected" }),
    reconnect: async (tenantId, id) => change(tenantId, id, { status: "connected" }),
    async disconnect(tenantId, id) {
      const connection = change(tenantId, id, { status: "disconnected" });
      return connection && { connection, revokedAtProvider: true, whatStays: "Notes stay in Acme." };
    },
    async test(tenantId, id, { onLine }) {
      if (!find(tenantId, id)) return null;
      const line = { id: "sign_in", label: "Sign in", detail: "Signed in.", duration_ms: 5, code: null, action: null };
      onLine?.({ ...line, state: "running", duration_ms: null });
      await Promise.resolve();
      onLine?.({ ...line, state: "passed" });
      return {
        ok: true,
        started_at: "2026-03-02T15:00:00.000Z",
        duration_ms: 5,
        lines: [{ ...line, state: "passed" }],
      };
    },
    hasOAuthApp: () => true,
    beginOAuth: async (_tenantId, _visit, browser) => ({ url: `https://acme.example.com/authorize?state=${browser}` }),
    async finishOAuth(_provider, query, browser) {
      const [row] = rows;
      if (!row || query.get("state") !== browser)
        throw new PlatformError("connect.state_invalid", "The sign-in answer belongs to another browser.");
      return { connection: row, returnTo: null };
    },
  };
}
