import type { Connector } from "#connector-kit";
import { newId, PlatformError, toPublicId } from "#core";
import type { Db } from "#db";
import { ConnectToken, ConnectTokenCreate } from "../contract/connect-tokens.ts";
import type { ConnectionsPort } from "../ports.ts";
import { defineRoute, type Route } from "../route.ts";
import type { Tokens } from "../tokens.ts";
import { agentIdFor } from "./agents.ts";
import { found, idFrom } from "./common.ts";
import { unknownProvider } from "./providers.ts";

/** Tokens with which one person connects one account, made by the host's server. */
export function connectTokenRoutes(deps: {
  db: Db;
  tokens: Tokens;
  connectors: ReadonlyMap<string, Connector>;
  connections: Pick<ConnectionsPort, "read">;
}): Route[] {
  const { db, tokens, connectors, connections } = deps;
  return [
    defineRoute({
      method: "POST",
      path: "/v1/connect-tokens",
      tag: "Connect",
      summary: "Create a connect token",
      description:
        "Good for 15 minutes and one tenant. Hand it to the page that shows the connect form, never in a URL.",
      permission: "connections:write",
      tenant: "required",
      audit: { action: "connect_token.created", subject: "connect_token" },
      body: ConnectTokenCreate,
      reply: { status: 201, description: "The token.", schema: ConnectToken },
      errors: ["request.invalid", "request.not_found", "provider.unknown"],
      examples: {
        body: { mode: "connect", providers: ["hubspot"], origins: ["https://app.example.com"] },
        reply: {
          id: "ctk_01jq8f0c1xe4bsm2v7h9d3kqnr",
          token: "eyJhbGciOiJIUzI1NiJ9…",
          mode: "connect",
          providers: ["hubspot"],
          agent_id: null,
          connection_id: null,
          origins: ["https://app.example.com"],
          expires_at: "2026-02-15T14:45:00.000Z",
        },
      },
      async handle({ tenantId, body }) {
        for (const provider of body.providers) if (!connectors.has(provider)) throw unknownProvider(provider);
        const agentId = await agentIdFor(db, tenantId, body.agent_id);
        const connection =
          body.connection_id === undefined
            ? null
            : found("connection", await connections.read(tenantId, idFrom("connection", body.connection_id)));
        if (body.mode === "reconnect" && !connection)
          throw new PlatformError("request.invalid", "A reconnect token names its connection.", {
            errors: [{ pointer: "/connection_id", code: "required", detail: "Needed for mode reconnect." }],
          });
        const id = newId("connectToken");
        const origins = body.origins.map((origin) => new URL(origin).origin);
        const claims = { tenantId, mode: body.mode, providers: body.providers, agentId, origins };
        const { token, expiresAt } = await tokens.makeConnectToken(id, {
          ...claims,
          connectionId: connection?.id ?? null,
        });
        const row = {
          id,
          tenant_id: tenantId,
          agent_id: agentId,
          connection_id: connection?.id ?? null,
          mode: body.mode,
          providers: body.providers,
          origins,
          expires_at: expiresAt,
        };
        await db.withTenant(tenantId, ({ kysely }) => kysely.insertInto("connect_tokens").values(row).execute());
        const made: ConnectToken = {
          id: toPublicId("connectToken", id),
          token,
          mode: body.mode,
          providers: body.providers,
          agent_id: agentId && toPublicId("agent", agentId),
          connection_id: connection && toPublicId("connection", connection.id),
          origins,
          expires_at: expiresAt,
        };
        return { body: made, audit: { subjectId: made.id, detail: { mode: body.mode, providers: body.providers } } };
      },
    }),
  ];
}
