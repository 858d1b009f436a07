import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Registry } from "prom-client";
import { z } from "zod";
import { defineConnector } from "#connector-kit";
import { newId, PlatformError, systemClock } from "#core";
import { type Cleanup, type Db, forEachEngine } from "#db";
import { createCapabilities } from "./capabilities.ts";
import { readConfig } from "./config.ts";
import { createLog } from "./log.ts";
import { createProviderMetrics } from "./metrics.ts";

/** A provider whose refresh tokens work once. */
const singleUse = defineConnector({
  id: "once",
  name: "Once",
  summary: "Refresh tokens that work once.",
  links: { documentation: "https://once.test", app: "https://once.test" },
  hosts: { api: "https://once.test" },
  auth: [
    {
      kind: "oauth2",
      authorizePath: "/authorize",
      tokenPath: "/token",
      clientAuth: "form",
      pkce: true,
      refreshTokens: "single_use",
      scopes: { required: ["all"], optional: [] },
      account: () => ({ id: "account", name: "Account" }),
    },
  ],
  limits: [],
  classify: ({ status }) => new PlatformError("provider.credentials_invalid", `Once answered ${status}.`),
  settings: z.object({}),
  checks: [],
  actions: {},
  afterDisconnect: "Nothing.",
});

forEachEngine((engine, open) => {
  const isPostgres = engine === "postgres";
  const where = isPostgres ? "in a process that outlives ours" : "in this process, which alone has the files";
  test(`${engine}: single-use tokens are refreshed ${where}`, async (t) => {
    const db = await open(t);
    const provider = await startProvider(t);
    const parts = await capabilitiesOn(db, provider.url);
    t.after(() => leave(parts));
    await parts.transport.prepare();
    await parts.transport.open();
    const { tenantId, connectionId } = await connect(db, parts, provider.url);
    const started = watchProcesses(t);

    const api = await parts.gateway.forConnection(tenantId, connectionId, { priority: "live" });
    const { status } = await api.send({ method: "GET", path: "/me", effect: "read" });

    assert.equal(status, 200);
    assert.equal(provider.refreshes(), 1);
    const keepers = started.filter(({ spawnargs }) => spawnargs.some((arg) => arg.endsWith("keeper-process.ts")));
    assert.equal(keepers.length, isPostgres ? 1 : 0);
    await leave(parts);
    for (const keeper of keepers) assert.equal(keeper.exitCode, 0, "It ends with the product.");
  });
});

async function leave(parts: ReturnType<typeof createCapabilities>): Promise<void> {
  await parts.transport.close();
  await parts.close();
}

/** Counts the refreshes; an access token of the first sign-in is past its time at once. */
async function startProvider(t: Cleanup) {
  let refreshes = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const isRefresh = form.get("grant_type") === "refresh_token";
    if (isRefresh) refreshes++;
    const tokens = { token_type: "Bearer", access_token: `a${refreshes}`, refresh_token: `r${refreshes}` };
    const body = request.url === "/token" ? { ...tokens, expires_in: isRefresh ? 1_800 : 1 } : {};
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, refreshes: () => refreshes };
}

async function capabilitiesOn(db: Db, providerUrl: string) {
  const config = readConfig(db.engine === "postgres" ? { DATABASE_URL: await urlOf(db) } : {});
  config.providers.once = { BASE_URL: providerUrl, CLIENT_ID: "app", CLIENT_SECRET: "app-secret" };
  return createCapabilities({
    config,
    db,
    keys: [{ id: "k1", key: randomBytes(32) }],
    publicUrl: "http://us.test",
    clock: systemClock,
    log: createLog("silent"),
    allConnectors: new Map([[singleUse.id, singleUse]]),
    providerMetrics: createProviderMetrics(new Registry()),
    tapApi: (api) => api,
  });
}

async function urlOf(db: Db): Promise<string> {
  const [row] = await db.transaction((tx) => tx.query<{ name: string }>("select current_database() as name"));
  const url = new URL(process.env.TIELINE_TEST_DATABASE_URL ?? "");
  url.pathname = `/${row?.name}`;
  return url.href;
}

async function connect(db: Db, { connections }: ReturnType<typeof createCapabilities>, providerUrl: string) {
  const tenantId = newId("tenant");
  await db.withTenant(tenantId, (tx) =>
    tx.query("insert into tenants (id, name) values ($1, 'A business')", [tenantId]),
  );
  const wish = {
    provider: "once",
    environment: "production",
    agentId: null,
    name: null,
    role: "everything" as const,
    settings: {},
  };
  const browser = randomBytes(32).toString("base64url");
  const { url } = await connections.beginOAuth(tenantId, { wish, connectionId: null, returnTo: null }, browser);
  assert.ok(url.startsWith(providerUrl));
  const state = new URL(url).searchParams.get("state") ?? "";
  const { connection } = await connections.finishOAuth("once", new URLSearchParams({ code: "code", state }), browser);
  return { tenantId, connectionId: connection.id };
}

function watchProcesses(t: Cleanup): ChildProcess[] {
  const started: ChildProcess[] = [];
  const note = (message: unknown) => started.push((message as { process: ChildProcess }).process);
  subscribe("child_process", note);
  t.after(async () => void unsubscribe("child_process", note));
  return started;
}
