import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Connector, LimitBucket, ProviderRequest } from "#connector-kit";
import { createTestClock, systemClock } from "#core";
import { type Cleanup, createTestDb, type Db } from "#db";
import { createBreaker } from "./breaker.ts";
import type { Secret } from "./credentials.ts";
import { toProviderUrl } from "./provider-url.ts";
import { aConnection, aConnector, aGateway, aProvider, aVault, type Received, type Reply } from "./testing.ts";

const vault = aVault();
const read: ProviderRequest = { method: "GET", path: "/contacts", effect: "read" };
const write: ProviderRequest = { method: "POST", path: "/contacts", json: { name: "Jane" }, effect: "write" };
const aKey: Secret = { kind: "fields", fields: { api_key: "secret-key" }, accessToken: null };
const aGrant: Secret = { kind: "oauth2", accessToken: "access-1", refreshToken: "refresh-1", app: "installation" };

describe("gateway", () => {
  let db: Db;
  const cleanups: (() => Promise<void>)[] = [];
  before(async () => {
    db = await createTestDb({ after: (fn) => void cleanups.push(fn) });
  });
  after(async () => {
    for (const clean of cleanups) await clean();
  });

  interface World {
    secret?: Secret;
    auth?: string;
    expiresAt?: number;
    connector?: Partial<Connector>;
    clock?: ReturnType<typeof createTestClock>;
    url?: string;
  }
  async function world(
    t: Cleanup,
    answer: (request: Received, count: number) => Reply | Promise<Reply>,
    values: World = {},
  ) {
    const acme = await aProvider(t, answer);
    const { secret = aKey, auth = secret.kind === "oauth2" ? "oauth2" : "api_key" } = values;
    const owner = await aConnection(db, {
      vault,
      secret,
      auth,
      ...(values.expiresAt && { expiresAt: values.expiresAt }),
    });
    const lines: string[] = [];
    const note = (facts: object, text: string) => void lines.push(JSON.stringify({ ...facts, text }));
    const gateway = aGateway(t, {
      db,
      vault,
      url: values.url ?? acme.url,
      clock: values.clock ?? systemClock,
      connectors: [aConnector(values.connector)],
      log: { debug: note, info: note, warn: note },
    });
    const open = () => gateway.forConnection(owner.tenantId, owner.connectionId, { priority: "post_call" });
    const row = async () => {
      const [found] = await db.withTenant(owner.tenantId, (tx) =>
        tx.query<Record<string, unknown>>("select * from connections"),
      );
      return found ?? {};
    };
    const events = () =>
      db.withTenant(owner.tenantId, (tx) => tx.query<{ type: string }>("select type from events order by created_at"));
    const set = (change: string) => db.withTenant(owner.tenantId, (tx) => tx.query(`update connections set ${change}`));
    return { ...owner, acme, gateway, open, row, events, set, lines };
  }

  test("a request carries the sign-in and answers parsed JSON with its headers", async (t) => {
    const w = await world(t, () => ({ json: { id: 1 }, headers: { "x-left": "9" } }));
    const api = await w.open();
    const answer = await api.send({ ...write, query: { a: "x y", b: undefined } });

    assert.deepEqual(answer.body, { id: 1 });
    assert.equal(answer.headers.get("x-left"), "9");
    const [sent] = w.acme.requests;
    assert.equal(sent?.url, "/contacts?a=x+y");
    assert.equal(sent?.headers["x-api-key"], "secret-key");
    assert.equal(sent?.body, '{"name":"Jane"}');
    assert.deepEqual(api.connection.settings, { pipeline: "sales" });
  });

  test("the log names the request, and neither credentials, bodies nor people", async (t) => {
    const w = await world(t, () => ({ json: { token: "answer-secret" } }));
    await (await w.open()).send({ ...write, path: "/contacts/jane%40example.com?email=jane@example.com" });
    const log = w.lines.join("\n");
    assert.match(log, /"path":"\/contacts\/\[person\]"/);
    assert.doesNotMatch(log, /secret|jane|Jane/);
  });

  test("a write that happened is not failed by what we could not note of it", async (t) => {
    const w = await world(t, () => ({ json: "made" }), { connector: { limits: [aLimitWithHeaders] } });
    const api = await w.open();
    assert.equal((await api.send(write)).body, "made");
    assert.match(w.lines.join(), /could not be noted/);
  });

  test("a redirect is not followed", async (t) => {
    const w = await world(t, () => ({ status: 302, headers: { location: "http://169.254.169.254/" } }));
    await assert.rejects((await w.open()).send(read), { code: "provider.validation" });
    assert.equal(w.acme.requests.length, 1);
  });

  test("a status the request accepts is an answer; the others are what the connector says", async (t) => {
    const w = await world(t, () => ({ status: 404, json: { message: "no" } }));
    const api = await w.open();
    assert.equal((await api.send({ ...read, accept: [404] })).status, 404);
    await assert.rejects(api.send(read), { code: "provider.not_found", provider: { id: "acme", status: 404 } });
  });

  test("a read is tried again in place, a write is not: nobody knows whether it happened", async (t) => {
    const w = await world(t, (_request, count) => (count === 1 || count === 3 ? { status: 503 } : { json: "ok" }));
    const api = await w.open();
    assert.equal((await api.send(read)).body, "ok");
    await assert.rejects(api.send(write), { code: "provider.ambiguous" });
    assert.equal(w.acme.requests.length, 3);
  });

  test("a connection cut after the write was sent is ambiguous; one that was never made is not", async (t) => {
    const cut = await world(t, () => "cut");
    await assert.rejects((await cut.open()).send(write), { code: "provider.ambiguous" });

    const refused = await world(t, () => "cut", { url: "http://127.0.0.1:1" });
    await assert.rejects((await refused.open()).send(write), { code: "provider.network" });
  });

  test("a write without an answer in time is ambiguous, and a read is a network failure", async (t) => {
    const w = await world(t, () => "hang");
    const api = await w.open();
    await assert.rejects(api.send({ ...write, timeoutMs: 30 }), { code: "provider.ambiguous" });
    await assert.rejects(api.send({ ...read, timeoutMs: 30 }), { code: "provider.network" });
  });

  test("an answer over 10 MB or with broken JSON is refused", async (t) => {
    const w = await world(t, ({ path }) =>
      path === "/large"
        ? { text: "x".repeat(10 * 1024 * 1024 + 1) }
        : { text: "{", headers: { "content-type": "application/json" } },
    );
    const api = await w.open();
    await assert.rejects(api.send({ ...read, path: "/large" }), { code: "provider.malformed_answer" });
    await assert.rejects(api.send(read), { code: "provider.malformed_answer" });
  });

  test("told to slow down, a read waits a moment in place, and a write is sent back with the time", async (t) => {
    const w = await world(t, (_request, count) =>
      count === 1
        ? { status: 429, headers: { "retry-after": "0.05" } }
        : count === 2
          ? { json: "ok" }
          : { status: 429, headers: { "retry-after": "7" } },
    );
    const api = await w.open();
    assert.equal((await api.send(read)).body, "ok");
    await assert.rejects(api.send(write), { code: "provider.rate_limited", retryAfterMs: 7_000 });

    // The budget was pushed: the next one is not even sent.
    await assert.rejects(api.send(read), { code: "provider.rate_limited" });
    assert.equal(w.acme.requests.length, 3);
  });

  test("connections that are paused, disconnected or signed out refuse before anything is sent", async (t) => {
    const w = await world(t, () => ({ json: {} }));
    for (const status of ["paused", "disconnected", "needs_reauth"]) {
      await w.set(`status = '${status}'`);
      await assert.rejects(w.open(), { code: `connection.${status}` });
    }
    assert.equal(w.acme.requests.length, 0);
  });

  test("another tenant's connection is not found", async (t) => {
    const [mine, other] = [await world(t, () => ({ json: {} })), await world(t, () => ({ json: {} }))];
    const crossing = mine.gateway.forConnection(other.tenantId, mine.connectionId, { priority: "live" });
    await assert.rejects(crossing, { code: "connection.not_found" });
  });

  test("after five failures in a row requests pause, then one probe decides", async (t) => {
    const clock = createTestClock(Date.now());
    let status = 500;
    const w = await world(t, () => ({ status, json: {} }), { clock });
    const api = await w.open();
    for (let at = 0; at < 5; at++) await assert.rejects(api.send(write), { code: "provider.ambiguous" });
    await assert.rejects(api.send(write), { code: "provider.outage", retryAfterMs: 15_000 });
    await assert.rejects(w.open(), { code: "provider.outage" });
    assert.equal(w.acme.requests.length, 5);
    assert.notEqual((await w.row()).breaker_until, null);

    clock.advance(15_001);
    await assert.rejects(api.send(write), { code: "provider.ambiguous" });
    await assert.rejects(api.send(write), { code: "provider.outage", retryAfterMs: 30_000 });

    clock.advance(30_001);
    status = 200;
    await Promise.allSettled([api.send(write), api.send(write)]);
    assert.equal(w.acme.requests.length, 7, "one probe only");
    await api.send(write);
  });

  test("a token that runs out is renewed before it is used", async (t) => {
    const w = await world(t, tokenServer(), { secret: aGrant, expiresAt: Date.now() + 5_000 });
    const api = await w.open();
    await api.send(read);
    assert.deepEqual(
      w.acme.requests.map(({ path }) => path),
      ["/oauth/token", "/contacts"],
    );
    assert.equal(w.acme.requests[1]?.headers.authorization, "Bearer access-2");
    const form = new URLSearchParams(w.acme.requests[0]?.body);
    assert.equal(form.get("refresh_token"), "refresh-1");
    assert.equal(form.get("client_secret"), "our-secret");
  });

  test("a refused token is renewed once, also for a write, and many requests renew it together", async (t) => {
    const w = await world(t, tokenServer(), { secret: aGrant });
    const apis = await Promise.all([w.open(), w.open()]);
    const answers = await Promise.all(apis.flatMap((api) => [api.send(write), api.send(read), api.send(read)]));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(w.acme.requests.filter(({ path }) => path === "/oauth/token").length, 1);
  });

  test("when the provider refuses for good, the connection is parked once with its reason", async (t) => {
    const w = await world(
      t,
      ({ path }) => (path === "/oauth/token" ? { status: 400, json: { error: "invalid_grant" } } : { status: 401 }),
      {
        secret: aGrant,
      },
    );
    const api = await w.open();
    const results = await Promise.allSettled([api.send(read), api.send(write), api.send(read)]);
    for (const result of results) {
      assert.equal(result.status === "rejected" && result.reason.code, "connection.needs_reauth");
    }
    assert.equal((await w.row()).status, "needs_reauth");
    assert.equal((await w.row()).status_reason, "refresh_refused");
    assert.deepEqual(await w.events(), [{ type: "connection.needs_reauth" }]);
  });

  test("a key that is refused parks the connection: there is nothing to renew", async (t) => {
    const w = await world(t, () => ({ status: 401 }));
    const api = await w.open();
    const results = await Promise.allSettled([api.send(read), api.send(write)]);
    for (const result of results) {
      assert.equal(result.status === "rejected" && result.reason.code, "connection.needs_reauth");
    }
    assert.equal((await w.row()).status, "needs_reauth");
    assert.deepEqual(await w.events(), [{ type: "connection.needs_reauth" }]);
    assert.equal(w.acme.requests.length, 2);
  });

  test("our own app refused by the provider parks nobody", async (t) => {
    const w = await world(
      t,
      ({ path }) => (path === "/oauth/token" ? { status: 401, json: { error: "invalid_client" } } : { status: 401 }),
      {
        secret: aGrant,
      },
    );
    await assert.rejects((await w.open()).send(read), { code: "provider.app_invalid" });
    assert.equal((await w.row()).status, "connected");
  });

  test("a token endpoint in trouble stops nobody while the old token lives", async (t) => {
    const w = await world(t, ({ path }) => (path === "/oauth/token" ? { status: 503 } : { json: "ok" }), {
      secret: aGrant,
      expiresAt: Date.now() + 30_000,
    });
    assert.equal((await (await w.open()).send(read)).body, "ok");
  });

  test("client credentials are exchanged for a token, which is kept", async (t) => {
    const w = await world(
      t,
      ({ path }) =>
        path === "/oauth/client-token" ? { json: { access_token: "token-1", expires_in: 900 } } : { json: "ok" },
      {
        secret: { kind: "fields", fields: { client_id: "c", client_secret: "s" }, accessToken: null },
        auth: "client_credentials",
      },
    );
    await (await w.open()).send(read);
    await (await w.open()).send(read);
    assert.deepEqual(
      w.acme.requests.map(({ path }) => path),
      ["/oauth/client-token", "/contacts", "/contacts"],
    );
    assert.equal(w.acme.requests[2]?.headers.authorization, "Bearer token-1");
  });

  test("a webhook connection posts to its URL", async (t) => {
    const acme = await aProvider(t, () => ({ json: {} }));
    const secret: Secret = { kind: "fields", fields: { url: `${acme.url}/hooks/catch/1/abc/` }, accessToken: null };
    const w = await world(t, () => ({ json: {} }), { secret, auth: "webhook_url" });
    await (await w.open()).send({ ...write, path: "/" });
    assert.equal(acme.requests[0]?.path, "/hooks/catch/1/abc/");
    assert.doesNotMatch(w.lines.join(), /abc/);
  });
});

test("a path cannot leave the provider's base", () => {
  assert.equal(toProviderUrl("http://proxy/base/", "/a%2Fb?x=1", { y: 2 }).href, "http://proxy/base/a%2Fb?x=1&y=2");
  for (const path of [
    "//evil.test/",
    "/../x",
    "/a/%2e%2e/x",
    "/a\\b",
    "http://evil.test/",
    "/a#b",
    "/a b",
    "/a\r\nx",
    "/a/..",
  ]) {
    assert.throws(() => toProviderUrl("http://proxy/base", path), { code: "internal.assumption" }, path);
  }
});

const aLimitWithHeaders: LimitBucket = {
  name: "short",
  isDefault: true,
  scope: "account",
  requests: 10,
  perMs: 1_000,
  burst: 1,
  remaining() {
    throw new TypeError("a header in another form");
  },
};

/** Accepts the newest access token only; refresh tokens work once. */
function tokenServer() {
  let current = 1;
  return ({ path, body, headers }: Received): Reply => {
    if (path !== "/oauth/token")
      return headers.authorization === `Bearer access-${Math.max(2, current)}` ? { json: "ok" } : { status: 401 };
    if (new URLSearchParams(body).get("refresh_token") !== `refresh-${current}`)
      return { status: 400, json: { error: "invalid_grant" } };
    current++;
    return { json: { access_token: `access-${current}`, refresh_token: `refresh-${current}`, expires_in: 1800 } };
  };
}

test("a breaker that another process opened is decided by one probe here", () => {
  const clock = createTestClock();
  const breaker = createBreaker(clock);
  breaker.openUntil(clock.now() + 1_000);
  assert.equal(breaker.enter(), 1_000);
  clock.advance(1_000);
  assert.equal(breaker.enter(), 0);
  assert.equal(breaker.enter(), 1_000);
  assert.equal(breaker.report("provider.network"), clock.now() + 15_000);
});
