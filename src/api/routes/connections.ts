import type { Calls } from "#calls";
import type { Connector } from "#connector-kit";
import { type ConnectionId, type FieldError, PlatformError, type TenantId } from "#core";
import type { Db } from "#db";
import type { Principal } from "../auth.ts";
import { createConnectionView, etagOf } from "../connection-view.ts";
import { IdParams } from "../contract/common.ts";
import {
  Connection,
  ConnectionCreate,
  ConnectionPage,
  ConnectionQuery,
  ConnectionReconnect,
  ConnectionReconnected,
  ConnectionRemoved,
  ConnectionUpdate,
  OAuthStart,
  OAuthStarted,
  Retried,
} from "../contract/connections.ts";
import { toPageBody } from "../paging.ts";
import type { ConnectionRow, ConnectionsPort, OAuthVisit } from "../ports.ts";
import { type Answer, defineRoute, type Route } from "../route.ts";
import type { Tokens } from "../tokens.ts";
import { agentIdFor } from "./agents.ts";
import { found, idFrom, notFound } from "./common.ts";
import { aConnection } from "./connection-examples.ts";
import { mayUse, unknownProvider } from "./providers.ts";

export interface ConnectionRouteDeps {
  db: Db;
  connections: ConnectionsPort;
  calls: Pick<Calls, "retryDead">;
  connectors: ReadonlyMap<string, Connector>;
  tokens: Tokens;
  publicUrl: string;
}

const mostSettingsInLink = 4_000; // the link must fit a browser's address and a proxy's request line
const idReply = { status: 200, description: "The connection as it is now.", schema: Connection };

/** One tenant's accounts at providers. */
export function connectionRoutes(deps: ConnectionRouteDeps): Route[] {
  const { db, connections, calls, connectors, tokens, publicUrl } = deps;
  const present = createConnectionView(connectors, publicUrl);

  return [
    defineRoute({
      method: "GET",
      path: "/v1/connections",
      tag: "Connections",
      summary: "List connections",
      permission: "connections:read",
      tenant: "required",
      audit: { none: "a read" },
      query: ConnectionQuery,
      reply: { status: 200, description: "A page of connections.", schema: ConnectionPage },
      errors: ["request.invalid"],
      async handle({ tenantId, query }) {
        const { provider, status, agent_id, cursor, limit } = query;
        const agentId = await agentIdFor(db, tenantId, agent_id);
        const filter = { ...(provider && { provider }), ...(status && { status }), ...(agentId && { agentId }) };
        const page = await connections.list(tenantId, filter, { ...(cursor && { cursor }), limit });
        return { body: toPageBody(page, present) };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/v1/connections",
      tag: "Connections",
      summary: "Connect an account with a key, client credentials or a URL",
      description:
        "The credentials are tried at the provider before anything is saved. For OAuth see POST /v1/connections/oauth.",
      permission: "connections:write",
      tenant: "required",
      takesConnectTokens: true,
      audit: { action: "connection.created", subject: "connection" },
      body: ConnectionCreate,
      reply: { status: 201, description: "The new connection.", schema: Connection },
      errors: [
        "request.invalid",
        "settings.invalid",
        "provider.unknown",
        "provider.credentials_invalid",
        "provider.permission",
        "provider.network",
        "provider.outage",
      ],
      examples: {
        body: {
          provider: "hubspot",
          credentials: { access_token: "pat-na1-…" },
          settings: { field_mappings: { call_outcome: "custom_field_call_result" } },
        },
        reply: aConnection,
      },
      async handle({ principal, tenantId, body }) {
        const wish = await wishFrom(principal, tenantId, body);
        const row = await connections.connect(tenantId, {
          ...wish,
          credentials: trimmed(body.credentials),
          ...(body.webhook_secret && { webhookSecret: body.webhook_secret }),
        });
        const answer = one(row);
        return {
          ...answer,
          headers: { ...answer.headers, location: `/v1/connections/${answer.body.id}` },
          audit: { subjectId: answer.body.id, detail: { provider: row.provider } },
        };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/v1/connections/oauth",
      tag: "Connections",
      summary: "Start to connect an account by OAuth",
      description:
        "Open the answered address in the person's browser; it binds the sign-in to that browser. Good for 10 minutes.",
      permission: "connections:write",
      tenant: "required",
      takesConnectTokens: true,
      audit: { none: "nothing is connected yet; the callback writes connection.created" },
      body: OAuthStart,
      reply: { status: 201, description: "The address to open.", schema: OAuthStarted },
      errors: ["request.invalid", "settings.invalid", "provider.unknown"],
      examples: {
        body: { provider: "hubspot" },
        reply: {
          url: "https://tieline.example.com/oauth/hubspot/start/Yx3…",
          expires_at: "2026-02-15T14:40:00.000Z",
        },
      },
      async handle({ principal, tenantId, body }) {
        const wish = await wishFrom(principal, tenantId, body);
        requireOAuth(body.provider);
        return {
          body: await startLink(principal, tenantId, {
            wish,
            connectionId: null,
            returnTo: returnPath(body.return_to),
          }),
        };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/v1/connections/{id}",
      tag: "Connections",
      summary: "Read a connection",
      permission: "connections:read",
      tenant: "required",
      takesConnectTokens: true,
      audit: { none: "a read" },
      params: IdParams,
      reply: { status: 200, description: "The connection; its ETag is for If-Match.", schema: Connection },
      errors: ["request.not_found"],
      examples: { reply: aConnection },
      handle: async ({ principal, tenantId, params }) => one(await readFor(principal, tenantId, params.id)),
    }),
    defineRoute({
      method: "PATCH",
      path: "/v1/connections/{id}",
      tag: "Connections",
      summary: "Change a connection's name, role, settings or webhook secret",
      description: "Settings are merged key by key; null removes one. With If-Match a change in between answers 412.",
      permission: "connections:write",
      tenant: "required",
      audit: { action: "connection.updated", subject: "connection" },
      params: IdParams,
      body: ConnectionUpdate,
      reply: idReply,
      errors: ["request.not_found", "request.invalid", "settings.invalid", "request.precondition_failed"],
      examples: { body: { settings: { sync_conditions: { min_duration_seconds: 60 } } }, reply: aConnection },
      async handle({ tenantId, params, body, http }) {
        const expected = http.headers["if-match"];
        const row = await connections.update(tenantId, idFrom("connection", params.id), (row) => {
          if (expected !== undefined && expected !== "*" && !expected.split(/, */).includes(etagOf(row)))
            throw new PlatformError("request.precondition_failed", "The connection was changed since you read it.");
          const settings = body.settings && merged(row.settings, body.settings);
          if (settings) refuseSettings(connections.checkSettings(row.provider, settings));
          return {
            ...(body.name !== undefined && { name: body.name }),
            ...(body.role && { role: body.role }),
            ...(settings && { settings }),
            ...(body.webhook_secret && { webhookSecret: body.webhook_secret }),
          };
        });
        const answer = one(found("connection", row));
        return { ...answer, audit: { subjectId: answer.body.id, detail: { changed: Object.keys(body) } } };
      },
    }),
    defineRoute({
      method: "DELETE",
      path: "/v1/connections/{id}",
      tag: "Connections",
      summary: "Disconnect an account",
      description:
        "Revokes our access at the provider where it can be, and wipes the credentials. Reconnect within 30 days to undo.",
      permission: "connections:write",
      tenant: "required",
      audit: { action: "connection.disconnected", subject: "connection" },
      params: IdParams,
      reply: { status: 200, description: "What was done, and what stays at the provider.", schema: ConnectionRemoved },
      errors: ["request.not_found"],
      async handle({ tenantId, params }) {
        const result = found("connection", await connections.disconnect(tenantId, idFrom("connection", params.id)));
        const connection = present(result.connection);
        const { revokedAtProvider, whatStays } = result;
        return {
          body: { connection, revoked_at_provider: revokedAtProvider, what_stays: whatStays },
          audit: { subjectId: connection.id, detail: { revoked_at_provider: revokedAtProvider } },
        };
      },
    }),
    ...(["pause", "resume"] as const).map((verb) =>
      defineRoute({
        method: "POST",
        path: `/v1/connections/{id}/${verb}`,
        tag: "Connections",
        summary: verb === "pause" ? "Hold a connection's work back" : "Let a connection's work go on",
        permission: "connections:write",
        tenant: "required",
        audit: { action: `connection.${verb}d`, subject: "connection" },
        params: IdParams,
        reply: idReply,
        errors: ["request.not_found", "connection.disconnected"],
        async handle({ tenantId, params }) {
          const row = await connections[verb](tenantId, idFrom("connection", params.id));
          const answer = one(found("connection", row));
          return { ...answer, audit: { subjectId: answer.body.id } };
        },
      }),
    ),
    defineRoute({
      method: "POST",
      path: "/v1/connections/{id}/reconnect",
      tag: "Connections",
      summary: "Give a connection new credentials",
      description:
        "Keeps its id, settings and links; waiting work then drains by itself. Another account is refused. For OAuth it answers the address to open.",
      permission: "connections:write",
      tenant: "required",
      takesConnectTokens: true,
      audit: { action: "connection.reconnect_started", subject: "connection" },
      params: IdParams,
      body: ConnectionReconnect,
      reply: { status: 200, description: "The connection, or the address to open.", schema: ConnectionReconnected },
      errors: ["request.not_found", "request.invalid", "connect.account_mismatch", "provider.credentials_invalid"],
      examples: { body: { credentials: { access_token: "pat-na1-…" } }, reply: { connection: aConnection, url: null } },
      async handle({ principal, tenantId, params, body }) {
        const row = await readFor(principal, tenantId, params.id);
        if (principal.connect?.mode === "connect")
          throw new PlatformError("auth.forbidden", "This connect token is for new connections only.");
        const audit = { subjectId: present(row).id };
        if (body.credentials) {
          const fresh = await connections.reconnect(tenantId, row.id, trimmed(body.credentials));
          return { body: { connection: present(found("connection", fresh)), url: null }, audit };
        }
        requireOAuth(row.provider);
        const { url } = await startLink(principal, tenantId, {
          wish: {
            provider: row.provider,
            environment: row.environment,
            agentId: row.agent_id,
            name: row.name,
            role: row.role,
            settings: row.settings,
          },
          connectionId: row.id,
          returnTo: returnPath(body.return_to),
        });
        return { body: { connection: null, url }, audit };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/v1/connections/{id}/retry",
      tag: "Connections",
      summary: "Try all dead syncs of a connection again",
      permission: "connections:write",
      tenant: "required",
      audit: { action: "connection.retried", subject: "connection" },
      params: IdParams,
      reply: { status: 200, description: "How many were set going.", schema: Retried },
      errors: ["request.not_found"],
      async handle({ principal, tenantId, params }) {
        const row = await readFor(principal, tenantId, params.id);
        const retried = await calls.retryDead(tenantId, row.id);
        return { body: { retried }, audit: { subjectId: present(row).id, detail: { retried } } };
      },
    }),
  ];

  function one(row: ConnectionRow): Answer & { body: Connection } {
    return { body: present(row), headers: { etag: etagOf(row) } };
  }

  async function readFor(principal: Principal, tenantId: TenantId, wanted: string): Promise<ConnectionRow> {
    const id: ConnectionId = idFrom("connection", wanted);
    const row = found("connection", await connections.read(tenantId, id));
    const { connect } = principal;
    if (!connect) return row;
    if (!mayUse(connect, row.provider) || (connect.connectionId && connect.connectionId !== row.id))
      throw notFound("connection");
    if (connect.agentId && connect.agentId !== row.agent_id) throw notFound("connection");
    return row;
  }

  async function wishFrom(
    { connect }: Principal,
    tenantId: TenantId,
    body: Pick<ConnectionCreate, "provider" | "environment" | "agent_id" | "name" | "role" | "settings">,
  ) {
    if (!connectors.has(body.provider) || !mayUse(connect, body.provider)) throw unknownProvider(body.provider);
    if (connect && connect.mode !== "connect")
      throw new PlatformError("auth.forbidden", `This connect token is for ${connect.mode} only.`);
    refuseSettings(connections.checkSettings(body.provider, body.settings));
    return {
      provider: body.provider,
      environment: body.environment,
      agentId: connect?.agentId ?? (await agentIdFor(db, tenantId, body.agent_id)),
      name: body.name ?? null,
      role: body.role,
      settings: body.settings,
    };
  }

  function requireOAuth(provider: string): void {
    const offersIt = connectors.get(provider)?.auth.some(({ kind }) => kind === "oauth2");
    if (!offersIt)
      throw new PlatformError("request.invalid", "This provider has no OAuth sign-in: send credentials instead.");
    if (!connections.hasOAuthApp(provider))
      throw new PlatformError(
        "settings.invalid",
        `No OAuth app is set up for ${provider}: set TIELINE_${provider.toUpperCase().replaceAll("-", "_")}_CLIENT_ID and …_CLIENT_SECRET.`,
      );
  }

  async function startLink(principal: Principal, tenantId: TenantId, visit: OAuthVisit) {
    if (JSON.stringify(visit.wish.settings).length > mostSettingsInLink)
      throw new PlatformError(
        "request.too_large",
        "Settings of this size do not fit a sign-in link: PATCH them afterwards.",
      );
    const { code, expiresAt } = await tokens.makeStartLink({ ...visit, tenantId, actor: principal.id });
    return { url: `${publicUrl}/oauth/${visit.wish.provider}/start/${code}`, expires_at: expiresAt };
  }
}

/** Only a path of our own pages: an address elsewhere would make us an open redirect. */
function returnPath(text: string | undefined): string | null {
  if (text === undefined) return null;
  const isOwn = text.startsWith("/") && new URL(text, "http://own.invalid").origin === "http://own.invalid";
  if (isOwn && !text.includes("\\")) return text;
  throw new PlatformError("request.invalid", "return_to must be a path of the dashboard, such as /integrations.", {
    errors: [{ pointer: "/return_to", code: "not_a_path", detail: "Send a path that begins with one slash." }],
  });
}

function merged(before: Record<string, unknown>, change: Record<string, unknown>): Record<string, unknown> {
  const after = { ...before, ...change };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== null));
}

/** People paste values with spaces and line ends around them. */
function trimmed(credentials: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, value.trim()]));
}

function refuseSettings(errors: FieldError[]): void {
  if (errors.length === 0) return;
  throw new PlatformError("settings.invalid", `The settings do not fit: ${errors[0]?.detail}`, { errors });
}
