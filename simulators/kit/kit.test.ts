import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createClock,
  createOAuthServer,
  createRandom,
  createRouter,
  fixedWindow,
  html,
  htmlPage,
  rollingWindow,
  tokenBucket,
} from "./index.ts";
import { createRequestLog } from "./request-log.ts";
import { applyShape } from "./shape.ts";

test("a clock fires timers when it is moved past them, in order", () => {
  const clock = createClock();
  const fired: string[] = [];
  clock.after(60_000, () => fired.push("late"));
  clock.after(1_000, () => fired.push("early"));
  const cancel = clock.after(2_000, () => fired.push("never"));
  cancel();

  clock.advance(59_000);
  assert.deepEqual(fired, ["early"]);
  clock.advance(2_000);
  assert.deepEqual(fired, ["early", "late"]);
});

test("a frozen clock stands still, and runs on when reset", () => {
  let real = 1_000;
  const clock = createClock(() => real);
  clock.set("2026-03-29T00:59:00Z", { frozen: true });
  real += 5_000;
  assert.equal(new Date(clock.now()).toISOString(), "2026-03-29T00:59:00.000Z");
  clock.reset();
  assert.equal(clock.now(), 6_000);
});

test("the same seed gives the same chance, another seed another one", () => {
  const draw = (seed: number) => {
    const random = createRandom(seed);
    return [random.next(), random.token(12), random.uuid()];
  };

  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  assert.match(String(draw(7)[2]), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a rolling window frees a place when the oldest request leaves it, and not at a round second", () => {
  const limit = rollingWindow(2, 1_000);

  assert.equal(limit.take(900).allowed, true);
  assert.equal(limit.take(1_200).allowed, true);
  const refused = limit.take(1_300);
  assert.deepEqual([refused.allowed, refused.retryAfterMs], [false, 600]);
  assert.equal(limit.take(1_899).allowed, false);
  assert.equal(limit.take(1_900).allowed, true);
});

test("a rolling window stays exact over many requests", () => {
  const limit = rollingWindow(110, 10_000);
  let allowed = 0;
  for (let at = 0; at < 100_000; at += 10) if (limit.take(at).allowed) allowed++;
  assert.equal(allowed, 110 * 10);
});

test("what others use up is missing from every limit", () => {
  const limit = rollingWindow(10, 1_000);
  const allowed = Array.from({ length: 10 }, () => limit.take(0, 0.5).allowed).filter(Boolean).length;
  assert.equal(allowed, 5);
});

test("a fixed window begins anew at its border", () => {
  const limit = fixedWindow(1, 1_000);
  assert.deepEqual([limit.take(900).allowed, limit.take(950).allowed, limit.take(1_000).allowed], [true, false, true]);
});

test("a token bucket fills while nobody asks", () => {
  const limit = tokenBucket(2, 1);
  assert.deepEqual([limit.take(0).allowed, limit.take(0).allowed, limit.take(0).allowed], [true, true, false]);
  assert.equal(limit.take(500).allowed, false);
  assert.equal(limit.take(1_000).allowed, true);
});

test("a router prefers the fixed word, and falls back to the open one", () => {
  const router = createRouter<string>();
  router.add("GET", "/crm/:type/:id", "read");
  router.add("POST", "/crm/:type/search", "search");
  router.add("GET", "/crm/:type/search/saved", "saved");

  assert.equal(router.find("POST", ["crm", "contacts", "search"]).kind, "found");
  assert.deepEqual(router.find("GET", ["crm", "contacts", "501"]), {
    kind: "found",
    route: "read",
    params: { type: "contacts", id: "501" },
  });
  assert.deepEqual(router.find("DELETE", ["crm", "contacts", "501"]), { kind: "wrong-method", allowed: ["GET"] });
  assert.equal(router.find("GET", ["crm"]).kind, "unknown");
});

test("the request log keeps the last ones and hides secrets", () => {
  const log = createRequestLog(2);
  const entry = {
    at: 0,
    method: "GET",
    status: 200,
    ms: 1,
    headers: { authorization: "Bearer secret", "x-api-token": "secret", accept: "*/*" },
  };
  for (const target of ["/a", "/b?code=secret&x=1", "/c"]) log.add({ ...entry, target });

  const kept = log.list();
  assert.deepEqual(
    kept.map(({ path }) => path),
    ["/b?code=***&x=1", "/c"],
  );
  assert.doesNotMatch(JSON.stringify(kept), /secret/);
  assert.equal(log.counts().total, 3);
});

test("a changed shape renames, removes and empties fields at any depth", () => {
  const body = { results: [{ id: "1", phone: "x", email: "y" }] };
  const change = { remove: ["id"], rename: { phone: "telephone" }, nullify: ["email"] };
  assert.deepEqual(applyShape(body, change), { results: [{ telephone: "x", email: null }] });
});

test("html escapes every value that is not html itself", () => {
  const page = htmlPage("<b>", html`<p title="${'"'}">${["<i>", html`<em>ok</em>`]}</p>`);
  assert.match(page, /<h1>&lt;b&gt;<\/h1>/);
  assert.match(page, /<p title="&quot;">&lt;i&gt;<em>ok<\/em><\/p>/);
});

test("a refresh token that nobody uses for long enough dies, and each use begins anew", () => {
  const clock = createClock(() => 0);
  const random = createRandom(1);
  const oauth = createOAuthServer({
    clock,
    random,
    settings: {
      accessTokenTtlMs: 1_000,
      codeTtlMs: 1_000,
      refreshTokenIdleMs: 10_000,
      refreshTokens: "reusable",
      reuse: "refuse",
      pkce: "optional",
      clientAuth: ["body"],
    },
    makeToken: () => random.token(20),
  });
  const app = { clientId: "c", clientSecret: "s", name: "App", redirectUris: [], scopes: [], optionalScopes: [] };
  oauth.addApp(app);
  const { refreshToken } = oauth.connect({ clientId: "c", accountId: "1", userId: "1", scopes: [] });
  const form = { grant_type: "refresh_token", refresh_token: refreshToken, client_id: "c", client_secret: "s" };
  const refresh = () => oauth.exchange(new URLSearchParams(form));

  clock.set(9_000, { frozen: true });
  refresh();
  clock.set(18_000, { frozen: true });
  refresh();
  clock.set(28_001, { frozen: true });
  assert.throws(refresh, /expired/);
});
