import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Connector } from "#connector-kit";
import { PlatformError } from "#core";
import { type Cleanup, createTestDb, type Db } from "#db";
import { saveProviderApp } from "./apps.ts";
import { aConnectWorld, account, anAccount, browser, vault } from "./connect-world.ts";
import { readCredentialsRow } from "./store.ts";
import type { Received, Reply } from "./testing.ts";
import { createWebhookDirectory } from "./webhook-secrets.ts";

describe("connecting", () => {
  let db: Db;
  const cleanups: (() => Promise<void>)[] = [];
  before(async () => {
    db = await createTestDb({ after: (fn) => void cleanups.push(fn) });
  });
  after(async () => {
    for (const clean of cleanups) await clean();
  });
  const world = (t: Cleanup, answer?: (request: Received) => Reply, values?: Partial<Connector>) =>
    aConnectWorld(t, db, answer, values);

  test("a sign-in asks for the scopes with state and PKCE, and its code becomes a connection", async (t) => {
    const w = await world(t);
    const url = await w.begin();
    assert.equal(url.origin + url.pathname, `${w.acme.url}/oauth/authorize`);
    assert.equal(url.searchParams.get("redirect_uri"), "https://us.test/oauth/acme/callback");
    assert.equal(url.searchParams.get("scope"), "contacts");
    assert.equal(url.searchParams.get("optional_scope"), "notes");

    const { connection, returnTo } = await w.finish(url);

    assert.equal(returnTo, "/integrations");
    assert.equal(connection.status, "connected");
    assert.equal(connection.external_account_id, "account-1");
    assert.deepEqual(connection.settings, { pipeline: "sales" });
    const sent = new URLSearchParams(w.acme.requests.find(({ path }) => path === "/oauth/token")?.body);
    const challenge = createHash("sha256")
      .update(sent.get("code_verifier") ?? "")
      .digest("base64url");
    assert.equal(challenge, url.searchParams.get("code_challenge"));
    assert.deepEqual(await w.events(), ["connection.connected"]);
    assert.deepEqual(w.woken, [connection.id]);
  });

  test("tokens are nowhere in the database as they are", async (t) => {
    const w = await world(t);
    await w.finish(await w.begin());
    const tables = ["connections", "credentials", "events", "oauth_states"];
    const texts = await db.withTenant(w.tenantId, async (tx) => {
      const rows = [];
      for (const table of tables) rows.push(await tx.query(`select x::text as text from ${table} x`));
      return JSON.stringify(rows);
    });
    assert.doesNotMatch(texts, /access-1|refresh-1|our-secret/);
  });

  test("a state works once", async (t) => {
    const w = await world(t);
    const url = await w.begin();
    await w.finish(url);
    await assert.rejects(w.finish(url), { code: "connect.state_invalid" });
  });

  test("a state works in the browser that began only, and not after ten minutes", async (t) => {
    const w = await world(t);
    const url = await w.begin();
    await assert.rejects(w.finish(url, "code-1", randomBytes(32).toString("base64url")), {
      code: "connect.state_invalid",
    });
    await assert.rejects(w.finish(url, "code-1", ""), { code: "connect.state_invalid" });
    await db.withTenant(w.tenantId, (tx) => tx.query("update oauth_states set expires_at = now()"));
    await assert.rejects(w.finish(url), { code: "connect.state_invalid" });
    assert.equal(w.acme.requests.length, 0);
  });

  test("the connection goes to the tenant that began, whoever brings the code", async (t) => {
    const [mine, other] = [await world(t), await world(t)];
    const url = await mine.begin();
    const { connection } = await other.finish(url);
    assert.equal(connection.tenant_id, mine.tenantId);
    assert.equal(await other.count("connections"), 0);
  });

  test("a state of another provider is refused before the code goes anywhere", async (t) => {
    const w = await world(t);
    const url = await w.begin();
    await db.withTenant(w.tenantId, (tx) => tx.query("update oauth_states set provider = 'other'"));
    await assert.rejects(w.finish(url), { code: "connect.state_invalid" });
    assert.equal(w.acme.requests.length, 0);
  });

  test("a refusal at the provider says so, and other errors do not repeat the provider's text", async (t) => {
    const w = await world(t);
    const answer = async (said: string) => {
      const state = (await w.begin()).searchParams.get("state") ?? "";
      return w.connections.finishOAuth("acme", new URLSearchParams({ error: said, state }), browser);
    };
    await assert.rejects(answer("access_denied"), { code: "connect.denied" });
    await assert.rejects(answer("<script>"), { code: "connect.exchange_failed", message: /an error/ });
  });

  test("a code that the provider refuses makes no connection", async (t) => {
    const w = await world(t, () => ({ status: 400, json: { error: "invalid_grant" } }));
    await assert.rejects(w.finish(await w.begin()), { code: "connect.exchange_failed" });
    assert.equal(await w.count("connections"), 0);
  });

  test("only paths of ours are returned to", async (t) => {
    const w = await world(t);
    for (const returnTo of ["https://evil.test", "//evil.test", "/\\evil.test", "javascript:alert(1)"]) {
      const visit = { wish: w.wish, connectionId: null, returnTo };
      await assert.rejects(w.connections.beginOAuth(w.tenantId, visit, browser), { code: "request.invalid" }, returnTo);
    }
  });

  test("a reconnect keeps id, settings, role and webhook address, and wakes what waited", async (t) => {
    const w = await world(t);
    const { connection } = await w.finish(await w.begin());
    await w.connections.update(w.tenantId, connection.id, () => ({
      settings: { pipeline: "mine" },
      role: "workflows_only",
    }));
    await db.withTenant(w.tenantId, (tx) => tx.query("update connections set status = 'needs_reauth'"));

    const again = (await w.finish(await w.begin(connection.id))).connection;

    assert.equal(again.status, "connected");
    for (const field of ["id", "webhook_key", "role"] as const) {
      assert.equal(again[field], field === "role" ? "workflows_only" : connection[field]);
    }
    assert.deepEqual(again.settings, { pipeline: "mine" });
    assert.deepEqual(w.woken, [connection.id, connection.id]);
    assert.equal(await w.count("connections"), 1);
  });

  test("a reconnect with another account is refused and changes nothing", async (t) => {
    let account = "account-1";
    const w = await world(t, (request) => anAccount(account)(request));
    const { connection } = await w.finish(await w.begin());
    const before = await db.withTenant(w.tenantId, (tx) => readCredentialsRow(tx, connection.id));
    account = "account-2";

    await assert.rejects(w.finish(await w.begin(connection.id)), { code: "connect.account_mismatch" });

    assert.deepEqual(await db.withTenant(w.tenantId, (tx) => readCredentialsRow(tx, connection.id)), before);
  });

  test("one account connected twice at once is one connection", async (t) => {
    const w = await world(t);
    const urls = [await w.begin(), await w.begin()];
    const [a, b] = await Promise.all(urls.map((url) => w.finish(url)));
    assert.equal(a?.connection.id, b?.connection.id);
    assert.equal(await w.count("connections"), 1);
  });

  test("a reconnect that brings no refresh token keeps the one it had", async (t) => {
    let first = true;
    const w = await world(t, (request) => {
      const reply = anAccount()(request);
      if (request.path === "/oauth/token" && typeof reply === "object") {
        if (!first) delete (reply.json as Record<string, unknown>).refresh_token;
        first = false;
      }
      return reply;
    });
    const { connection } = await w.finish(await w.begin());
    await w.finish(await w.begin());
    const row = await db.withTenant(w.tenantId, (tx) => readCredentialsRow(tx, connection.id));
    const secret = vault.open({ tenantId: w.tenantId, subjectId: connection.id }, row?.envelope ?? "");
    assert.equal(JSON.parse(secret).refreshToken, "refresh-1");
  });

  test("a tenant's own app signs in before the installation's", async (t) => {
    const w = await world(t);
    const app = { provider: "acme", environment: "production", clientId: "their-app", clientSecret: "their-secret" };
    await db.withTenant(w.tenantId, (tx) => saveProviderApp(tx, vault, w.tenantId, app));
    const url = await w.begin();
    assert.equal(url.searchParams.get("client_id"), "their-app");
    await w.finish(url);
    assert.match(w.acme.requests[0]?.body ?? "", /client_secret=their-secret/);
  });

  test("what the connector sets up at the provider is kept with the connection", async (t) => {
    const w = await world(t, anAccount(), { setUp: async (api) => ({ seen: api.connection.externalAccountId }) });
    const { connection } = await w.finish(await w.begin());
    const api = await w.gateway.forConnection(w.tenantId, connection.id, { priority: "live" });
    assert.deepEqual(api.connection.state, { seen: "account-1" });
  });

  test("a key is tried at the provider before it is saved", async (t) => {
    const w = await world(
      t,
      ({ headers }) => (headers["x-api-key"] === "good" ? { json: { account_id: "a-1" } } : { status: 401 }),
      { account },
    );
    const connect = (api_key: string) =>
      w.connections.connect(w.tenantId, { ...w.wish, credentials: { api_key }, webhookSecret: "whsec" });

    await assert.rejects(connect("bad"), (error: PlatformError) => {
      assert.equal(error.code, "request.invalid");
      assert.deepEqual(
        error.errors?.map(({ pointer }) => pointer),
        ["/credentials/api_key"],
      );
      return true;
    });
    assert.equal(await w.count("connections"), 0);

    const connection = await connect(" good ");
    assert.equal(connection.external_account_id, "a-1");
    const directory = createWebhookDirectory({ db, vault });
    const listener = await directory.listenerAt("acme", connection.webhook_key);
    assert.deepEqual(listener, { tenantId: w.tenantId, connectionId: connection.id, secrets: ["whsec"] });
    assert.deepEqual(await directory.connectionsOf("acme", "a-1"), [
      { tenantId: w.tenantId, connectionId: connection.id },
    ]);
    await w.connections.update(w.tenantId, connection.id, () => ({ webhookSecret: "newer" }));
    assert.equal((await w.events()).at(-1), "connection.updated");
    assert.deepEqual((await directory.listenerAt("acme", connection.webhook_key))?.secrets, ["newer", "whsec"]);
  });

  test("an unreachable provider is no fault of the key", async (t) => {
    const w = await world(t, () => ({ status: 503 }), { account });
    await assert.rejects(w.connections.connect(w.tenantId, { ...w.wish, credentials: { api_key: "x" } }), {
      code: "provider.outage",
    });
  });

  test("missing, unknown and unprintable fields are named", async (t) => {
    const w = await world(t);
    const errorsOf = async (credentials: Record<string, string>) => {
      const error = await w.connections
        .connect(w.tenantId, { ...w.wish, credentials })
        .catch((thrown: PlatformError) => thrown);
      assert.ok(error instanceof PlatformError);
      return error.errors?.map(({ pointer, code }) => `${pointer} ${code}`);
    };
    assert.deepEqual(await errorsOf({ api_key: " " }), ["/credentials/api_key required"]);
    assert.deepEqual(await errorsOf({ api_key: "a\nb" }), ["/credentials/api_key characters"]);
    assert.deepEqual(await errorsOf({ api_key: "a", x: "b" }), ["/credentials/x unknown_field"]);
    assert.deepEqual(await errorsOf({ url: "http://evil.test/hook" }), ["/credentials/url host"]);
    assert.deepEqual(await errorsOf({ url: "file:///etc/passwd" }), ["/credentials/url not_https"]);
  });

  test("settings that do not fit are named before anybody signs in", async (t) => {
    const w = await world(t);
    const wish = { ...w.wish, settings: { pipeline: 7 } };
    const settingsError = (error: PlatformError) =>
      error.code === "settings.invalid" && error.errors?.[0]?.pointer === "/settings/pipeline";
    await assert.rejects(
      w.connections.beginOAuth(w.tenantId, { wish, connectionId: null, returnTo: null }, browser),
      settingsError,
    );
    await assert.rejects(w.connections.connect(w.tenantId, { ...wish, credentials: { api_key: "x" } }), settingsError);
    assert.equal(w.connections.checkSettings("acme", { pipeline: 7 })[0]?.pointer, "/settings/pipeline");
  });

  test("client credentials are exchanged before they are saved", async (t) => {
    const w = await world(t, ({ body }) =>
      body.includes("client_secret=s")
        ? { json: { access_token: "t", expires_in: 900 } }
        : { status: 401, json: { error: "invalid_client" } },
    );
    const connect = (client_secret: string) =>
      w.connections.connect(w.tenantId, { ...w.wish, credentials: { client_id: "c", client_secret } });
    await assert.rejects(connect("wrong"), { code: "request.invalid" });
    assert.equal((await connect("s")).auth, "client_credentials");
  });
});
