import { randomBytes, randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { type Connector, defineConnector, type ProviderFailure } from "#connector-kit";
import { type Clock, newId, PlatformError, systemClock } from "#core";
import type { Cleanup, Db } from "#db";
import type { Secret } from "./credentials.ts";
import { createGateway, type GatewayDeps } from "./gateway.ts";
import { createGovernor } from "./governor.ts";
import { createMemoryRateStore } from "./rate-store-memory.ts";
import { saveCredentials } from "./store.ts";
import { createVault, type Vault } from "./vault.ts";

/** A vault with one key, `k1`, which tests of rotation need too. */
export function aVault(): Vault & { testKey: Uint8Array } {
  const testKey = randomBytes(32);
  return { ...createVault({ keys: [{ id: "k1", key: testKey }], activeKeyId: "k1" }), testKey };
}

/** A tenant with one connected connection, for tests. */
export async function aConnection(
  db: Db,
  options: {
    provider?: string;
    auth?: string;
    settings?: object;
    vault?: Vault;
    secret?: Secret;
    expiresAt?: number;
  } = {},
) {
  const { provider = "acme", auth = "api_key", settings = {} } = options;
  const [tenantId, connectionId] = [newId("tenant"), newId("connection")];
  await db.withTenant(tenantId, async (tx) => {
    await tx.query("insert into tenants (id, name) values ($1, 'A business')", [tenantId]);
    await tx.query(
      `insert into connections (id, tenant_id, provider, auth, settings, webhook_key, external_account_id)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [connectionId, tenantId, provider, auth, JSON.stringify(settings), randomUUID(), `account-${connectionId}`],
    );
    if (options.vault && options.secret) {
      const { vault, secret, expiresAt = null } = options;
      await saveCredentials(tx, vault, tenantId, connectionId, { secret, expiresAt });
    }
  });
  return { tenantId, connectionId };
}

export interface Received {
  method: string;
  url: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}
export type Reply =
  | { status?: number; headers?: Record<string, string>; json?: unknown; text?: string }
  | "cut"
  | "hang";

/** An HTTP server that answers what the test says. */
export async function aProvider(t: Cleanup, answer: (request: Received, count: number) => Reply | Promise<Reply>) {
  const requests: Received[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { pathname } = new URL(request.url ?? "/", "http://acme.test");
    const { method = "", url = "", headers } = request;
    const received = { method, url, path: pathname, headers, body: Buffer.concat(chunks).toString() };
    requests.push(received);
    const reply = await answer(received, requests.length);
    if (reply === "hang") return;
    if (reply === "cut") return request.socket.destroy();
    const type = reply.text === undefined ? "application/json" : "text/plain";
    response.writeHead(reply.status ?? 200, { "content-type": type, ...reply.headers });
    response.end(reply.text ?? (reply.json === undefined ? "" : JSON.stringify(reply.json)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, server };
}

/** A connector with each way to sign in. */
export function aConnector(values: Partial<Connector> = {}): Connector {
  return defineConnector({
    id: "acme",
    name: "Acme",
    summary: "Contacts.",
    links: { documentation: "https://acme.test/docs", app: "https://acme.test" },
    hosts: { api: "https://api.acme.test", auth: "https://auth.acme.test" },
    auth: [
      {
        kind: "oauth2",
        authorizePath: "/oauth/authorize",
        tokenPath: "/oauth/token",
        clientAuth: "form",
        pkce: true,
        refreshTokens: "single_use",
        scopes: { required: ["contacts"], optional: ["notes"] },
        account: (answer) => ({ id: String(answer.account_id), name: "Acme account" }),
        revoke: { path: "/oauth/revoke" },
      },
      {
        kind: "api_key",
        fields: [{ name: "api_key", label: "API key", hint: "Settings, API.", secret: true }],
        headers: ({ api_key = "" }) => ({ "x-api-key": api_key }),
      },
      {
        kind: "client_credentials",
        fields: [
          { name: "client_id", label: "Client id", hint: "Settings.", secret: false },
          { name: "client_secret", label: "Client secret", hint: "Settings.", secret: true },
        ],
        tokenPath: "/oauth/client-token",
        form: ({ client_id = "", client_secret = "" }) => ({
          grant_type: "client_credentials",
          client_id,
          client_secret,
        }),
        headers: () => ({ "x-app": "tieline" }),
      },
      {
        kind: "webhook_url",
        fields: [{ name: "url", label: "URL", hint: "The hook's page.", secret: true }],
        check: (url, allowedHost) =>
          url.host === allowedHost ? [] : [{ pointer: "/credentials/url", code: "host", detail: "Another host." }],
      },
    ],
    limits: [{ name: "short", isDefault: true, scope: "account", requests: 1_000, perMs: 1_000, burst: 20 }],
    classify,
    settings: z.object({ pipeline: z.string().default("sales").describe("Pipeline of new deals.") }),
    checks: [],
    actions: {},
    afterDisconnect: "Contacts and notes stay at Acme.",
    ...values,
  });
}

function classify({ status, headers, intervalMs }: ProviderFailure): PlatformError {
  if (status === 401) return new PlatformError("provider.credentials_invalid", "Acme does not accept the sign-in.");
  if (status === 429) {
    const seconds = headers.get("retry-after");
    const retryAfterMs = seconds === null ? intervalMs : Number(seconds) * 1_000;
    return new PlatformError("provider.rate_limited", "Acme asks us to slow down.", { retryAfterMs });
  }
  if (status === 404) return new PlatformError("provider.not_found", "Acme has no such record.");
  if (status >= 500) return new PlatformError("provider.outage", `Acme answered ${status}.`);
  return new PlatformError("provider.validation", "Acme refused the content.");
}

/** A gateway whose Acme is at `url`. */
export function aGateway(
  t: Cleanup,
  deps: { db: Db; vault: Vault; url: string; clock?: Clock } & Partial<GatewayDeps>,
) {
  const { url, clock = systemClock, ...rest } = deps;
  const gateway = createGateway({
    connectors: [aConnector()],
    governor: createGovernor({ store: createMemoryRateStore(clock), clock }),
    clock,
    bases: { acme: { api: url, auth: url } },
    apps: { acme: { clientId: "our-app", clientSecret: "our-secret" } },
    ...rest,
  });
  t.after(() => gateway.close());
  return gateway;
}
