import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createConnections, createVault } from "#connections";
import { newId, sleep, systemClock } from "#core";
import { migrate } from "#db";
import { createOAuthServer, createRandom, OAuthProblem, type OAuthServer } from "#simulators/kit";
import { createPostgresStore } from "../harness/databases.ts";
import { createDice, type Dice } from "./dice.ts";
import { onceApp, openWorld, type RefreshWorld } from "./refresh-worker.ts";

export interface RefreshChaosReport {
  chaos: "refresh";
  seed: number;
  processes: number;
  connections: number;
  /** Connections that nobody can use any more although nobody revoked them. */
  lost: number;
  /** Single-use tokens that were handed in a second time. */
  reused: number;
  refreshes: number;
  kills: number;
  seconds: number;
}

interface Options {
  serverUrl: string;
  processes: number;
  connections: number;
  kills: number;
  seed: number;
  /** False: each process refreshes by itself, to see what that loses. */
  keeper?: boolean;
}

/** Kills processes with SIGKILL while they refresh single-use tokens, then counts the connections that still work. */
export async function refreshChaos(options: Options): Promise<RefreshChaosReport> {
  const startedAt = performance.now();
  const dice = createDice(options.seed);
  const store = await createPostgresStore(options.serverUrl);
  const provider = await startProvider(options.seed);
  const world: RefreshWorld = {
    databaseUrl: store.env.DATABASE_URL ?? "",
    providerUrl: provider.url,
    key: randomBytes(32).toString("base64"),
    keeper: options.keeper ?? true,
    connections: [],
  };
  const own = await openWorld(world).catch(async (error) => {
    await store.remove();
    throw error;
  });
  try {
    await migrate(own.db);
    world.connections = await connectAll(world, own, provider.oauth, options.connections);
    const kills = await killWhileRefreshing(world, options, dice);
    const lost = await countLost(world, own);
    const { reused, refreshes } = provider;
    const { seed, processes, connections } = options;
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    return {
      chaos: "refresh",
      seed,
      processes,
      connections,
      lost,
      reused: reused(),
      refreshes: refreshes(),
      kills,
      seconds,
    };
  } finally {
    await own.close();
    await provider.stop();
    await store.remove();
  }
}

type Own = Awaited<ReturnType<typeof openWorld>>;

async function connectAll(world: RefreshWorld, { db, gateway }: Own, oauth: OAuthServer, count: number) {
  const vault = createVault({ keys: [{ id: "k1", key: Buffer.from(world.key, "base64") }], activeKeyId: "k1" });
  const connections = createConnections({ db, vault, gateway, clock: systemClock, publicUrl: "http://us.test" });
  const browser = randomBytes(32).toString("base64url");
  const connected: RefreshWorld["connections"] = [];
  for (let at = 0; at < count; at++) {
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
    const begun = await connections.beginOAuth(tenantId, { wish, connectionId: null, returnTo: null }, browser);
    const asked = new URL(begun.url).searchParams;
    const code = oauth.issueCode({
      clientId: onceApp.clientId,
      accountId: `account-${at}`,
      userId: "user",
      scopes: ["all"],
      redirectUri: asked.get("redirect_uri") ?? "",
      challenge: asked.get("code_challenge") ?? "",
    });
    const query = new URLSearchParams({ code, state: asked.get("state") ?? "" });
    const { connection } = await connections.finishOAuth("once", query, browser);
    connected.push({ tenantId, connectionId: connection.id });
  }
  return connected;
}

/** Each process announces a refresh; one in four is its last. */
async function killWhileRefreshing(world: RefreshWorld, options: Options, dice: Dice): Promise<number> {
  const script = fileURLToPath(new URL("./refresh-worker.ts", import.meta.url));
  const running = new Set<ChildProcess>();
  let kills = 0;
  const { promise: enough, resolve: stop } = Promise.withResolvers<void>();
  const start = () => {
    const child = spawn(process.execPath, [script, JSON.stringify(world)], { stdio: ["ignore", "pipe", "inherit"] });
    running.add(child);
    if (child.stdout) {
      createInterface({ input: child.stdout }).on("line", async () => {
        if (dice.next() > 0.25) return;
        await sleep(dice.below(40)); // the provider takes up to 60 ms to answer
        if (kills < options.kills && child.kill("SIGKILL")) kills++;
      });
    }
    child.once("exit", () => {
      running.delete(child);
      if (kills < options.kills) start();
      else if (running.size === 0) stop();
      else for (const other of running) other.kill("SIGKILL");
    });
  };
  for (let at = 0; at < options.processes; at++) start();
  await enough;
  return kills;
}

async function countLost({ connections }: RefreshWorld, { gateway }: Own): Promise<number> {
  let lost = 0;
  for (const { tenantId, connectionId } of connections) {
    const works = await gateway
      .forConnection(tenantId, connectionId, { priority: "live" })
      .then((api) => api.send({ method: "GET", path: "/me", effect: "read" }))
      .then(
        () => true,
        () => false,
      );
    if (!works) lost++;
  }
  return lost;
}

/** A provider of the strict kind: a used refresh token is refused, without any grace. */
async function startProvider(seed: number) {
  const random = createRandom(seed);
  let [reused, refreshes] = [0, 0];
  const oauth = createOAuthServer({
    clock: { now: () => Date.now() } as Parameters<typeof createOAuthServer>[0]["clock"],
    random,
    settings: {
      accessTokenTtlMs: 30_000,
      codeTtlMs: 60_000,
      refreshTokens: "single-use",
      reuse: "refuse",
      pkce: "required",
      clientAuth: ["body"],
    },
    makeToken: (kind) => `${kind}-${random.token(40)}`,
  });
  oauth.addApp({ ...onceApp, name: "Tieline", redirectUris: ["*"], scopes: ["all"], optionalScopes: [] });
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { status, body } = answer(request.url ?? "", Buffer.concat(chunks).toString(), request.headers.authorization);
    // The token is used up; its answer takes its time.
    await sleep(random.integer(5, 60));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    oauth,
    reused: () => reused,
    refreshes: () => refreshes,
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };

  function answer(url: string, text: string, authorization = ""): { status: number; body: unknown } {
    if (url === "/me") {
      const token = oauth.accessToken(authorization.replace("Bearer ", ""));
      return token ? { status: 200, body: { account_id: token.grant.accountId } } : { status: 401, body: {} };
    }
    const form = new URLSearchParams(text);
    const known = oauth.refreshToken(form.get("refresh_token") ?? "");
    if (known) refreshes++;
    if (known && !known.live) reused++;
    try {
      const { grant, accessToken, refreshToken, expiresInSeconds } = oauth.exchange(form);
      const tokens = { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresInSeconds };
      return { status: 200, body: { ...tokens, token_type: "Bearer", account_id: grant.accountId } };
    } catch (error) {
      if (!(error instanceof OAuthProblem)) throw error;
      return { status: error.status, body: { error: error.code } };
    }
  }
}
