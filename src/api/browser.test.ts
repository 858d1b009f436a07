import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import pino from "pino";
import type { ArrivedWebhook } from "#webhooks";
import { registerDashboard } from "./dashboard.ts";
import { createServer } from "./server.ts";
import { aConnectionRow, startTestApi } from "./testing.ts";

const arrived: ArrivedWebhook[] = [];
const world = await startTestApi(
  { after },
  {
    inbound: {
      async receive(webhook) {
        arrived.push(webhook);
        return { stored: 1, duplicates: 0 };
      },
    },
  },
);
const tenant = await world.addTenant("acme");
const key = await world.addKey(tenant.id, ["admin"]);
const cookieOf = (headers: Record<string, unknown>) => String(headers["set-cookie"]).split(";")[0] as string;

test("a key typed once becomes a cookie that scripts and foreign pages cannot use", async () => {
  const login = await world.send("POST", "/login", { body: { key: ` ${key} ` } });
  assert.equal(login.status, 200);
  assert.equal(login.json.tenant.id, tenant.publicId);
  assert.match(String(login.headers["set-cookie"]), /HttpOnly; SameSite=Strict/);
  const cookie = cookieOf(login.headers);
  assert.ok(!cookie.includes(key));

  const session = await world.send("GET", "/v1/session", { headers: { cookie } });
  assert.equal(session.json.kind, "session");
  const body = { name: "Desk" };
  assert.equal((await world.send("POST", "/v1/agents", { headers: { cookie }, body })).status, 403);
  const headers = { cookie, "tieline-session": "1" };
  assert.equal((await world.send("POST", "/v1/agents", { headers, body })).status, 201);

  const { id } = (await world.send("GET", "/v1/session", { key })).json.key;
  await world.send("POST", "/v1/api-keys", { key, body: { name: "next", scopes: ["admin"] } });
  await world.send("DELETE", `/v1/api-keys/${id}`, { headers });
  assert.equal((await world.send("GET", "/v1/session", { headers: { cookie } })).status, 401);
});

test("a wrong key signs nobody in, and a foreign form cannot even try", async () => {
  assert.equal((await world.send("POST", "/login", { body: { key: "tl_wrong" } })).status, 401);
  const form = { text: "key=x", headers: { "content-type": "text/plain" } };
  assert.equal((await world.send("POST", "/login", form)).status, 415);
});

test("a login link signs in once", async () => {
  const linkKey = await world.addKey(tenant.id, ["read"]);
  const code = world.api.loginCodes.make(linkKey);
  const first = await world.send("GET", `/login?code=${code}`);
  assert.deepEqual([first.status, first.headers.location], [303, "/"]);
  const session = await world.send("GET", "/v1/session", { headers: { cookie: cookieOf(first.headers) } });
  assert.deepEqual(session.json.scopes, ["read"]);
  assert.equal((await world.send("GET", `/login?code=${code}`)).status, 401);
});

test("a sign-in is bound to the browser that opened its link", async () => {
  const host = await world.addKey(tenant.id, ["admin"]);
  world.connections.push(aConnectionRow(tenant.id));
  const started = await world.send("POST", "/v1/connections/oauth", { key: host, body: { provider: "acme" } });
  const link = new URL(started.json.url);
  assert.equal(link.origin, "http://tieline.test");

  const opened = await world.send("GET", link.pathname);
  assert.equal(opened.status, 302);
  assert.match(String(opened.headers["set-cookie"]), /^tl_oauth=[\w-]{43}; Path=\/oauth; HttpOnly; SameSite=Lax/);
  const state = new URL(String(opened.headers.location)).searchParams.get("state");
  const callback = `/oauth/acme/callback?code=x&state=${state}`;
  const elsewhere = await world.send("GET", callback);
  assert.equal(elsewhere.status, 400);
  assert.match(elsewhere.text, /Start the connection again from the same browser/);
  const done = await world.send("GET", callback, { headers: { cookie: cookieOf(opened.headers) } });
  assert.equal(done.status, 200);
  assert.match(done.text, /Connected to Acme/);

  world.clock.advance(10 * 60_000 + 1);
  const late = await world.send("GET", link.pathname);
  assert.equal(late.status, 400);
  assert.match(late.text, /expired/);
});

test("nobody is sent to a foreign page after a sign-in", async () => {
  const admin = await world.addKey(tenant.id, ["admin"]);
  for (const returnTo of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
    const body = { provider: "acme", return_to: returnTo };
    assert.equal((await world.send("POST", "/v1/connections/oauth", { key: admin, body })).status, 422, returnTo);
  }
});

test("a webhook arrives as it was sent, byte for byte", async () => {
  const text = '{ "event" : "call_analyzed" }\n';
  const answer = await world.send("POST", "/webhooks/acme/k1?x=1", {
    text,
    headers: { "content-type": "application/vnd.acme+json", "x-signature": "s" },
  });
  assert.equal(answer.status, 204);
  const [webhook] = arrived;
  assert.equal(webhook?.body.toString(), text);
  assert.deepEqual([webhook?.provider, webhook?.key], ["acme", "k1"]);
  assert.equal(webhook?.url, "http://tieline.test/webhooks/acme/k1?x=1");
  assert.equal(webhook?.headers["x-signature"], "s");
  const large = await world.send("POST", "/webhooks/acme/k1", { text: "x".repeat(1_100_000) });
  assert.equal(large.json.code, "request.too_large");
});

test("operators' routes open by their own secrets only", async () => {
  const get = (url: string, secret?: string) => world.send("GET", url, secret ? { key: secret } : {});
  assert.equal((await get("/healthz")).json.status, "ok");
  assert.equal((await get("/readyz")).json.checks[0].ok, true);
  assert.equal((await get("/metrics")).status, 401);
  assert.match((await get("/metrics", "metrics-token")).text, /tieline_http_requests_total/);
  const run = (job: string, secret?: string) =>
    world.send("POST", `/v1/timetable/${job}/run`, secret ? { key: secret } : {});
  assert.equal((await run("cleanup")).status, 401);
  assert.equal((await run("cleanup", "cron-secret")).json.detail, "Cleaned up.");
  assert.equal((await run("nothing", "cron-secret")).status, 404);
  world.api.drain();
  assert.equal((await get("/readyz")).status, 503);
});

test("before it is built, the dashboard's page says how to build it", async () => {
  const answer = await world.send("GET", "/", { headers: { accept: "text/html" } });
  assert.equal(answer.status, 503);
  assert.match(answer.text, /npm run build:dashboard/);
});

test("the built dashboard answers every address of a page, allows its inline script only, and caches what is hashed", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "tieline-dashboard-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, "assets"));
  await writeFile(
    path.join(folder, "index.html"),
    '<html><script>theme()</script><script src="/assets/a.js"></script></html>',
  );
  await writeFile(path.join(folder, "assets", "a.js"), "1");
  const server = await createServer({
    publicUrl: "https://tieline.test",
    trustedProxies: [],
    logger: pino({ level: "silent" }),
    onUnexpected: (error) => assert.fail(String(error)),
  });
  await registerDashboard(server, { folder, followLink: async (_request, reply) => reply });
  t.after(() => server.close());
  const get = (url: string) => server.inject({ url, headers: { accept: "text/html" } });

  const deep = await get("/connections/con_1");
  assert.match(deep.body, /theme\(\)/);
  const policy = String(deep.headers["content-security-policy"]);
  assert.match(policy, /script-src 'self' 'nonce-[^']+' 'sha256-[^']+';/);
  assert.ok(!/script-src[^;]*unsafe/.test(policy));
  assert.equal((await get("/assets/a.js")).headers["cache-control"], "public, max-age=31536000, immutable");
  assert.equal((await get("/assets/missing.js")).statusCode, 404);
  assert.match((await get("/webhooks/inbound")).body, /theme\(\)/);
  assert.equal((await get("/v1/nothing")).statusCode, 404);
  assert.equal((await get("/assets/..%2f..%2fetc/passwd")).statusCode, 404);
});

test("every answer carries the security headers", async () => {
  const { headers } = await world.send("GET", "/v1/nothing");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["x-frame-options"], "DENY");
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal(headers["cache-control"], "no-store");
});
