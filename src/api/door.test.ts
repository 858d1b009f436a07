import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId, toPublicId } from "#core";
import type { Scope } from "./contract/session.ts";
import type { Route } from "./route.ts";
import { aConnectionRow, startTestApi } from "./testing.ts";

const world = await startTestApi({ after }, { limits: { refused: 1_000 } });
const ours = await world.addTenant("ours");
const theirs = await world.addTenant("theirs");
const admin = await world.addKey(ours.id, ["admin"]);

test("every route answers 401 without a key, and with one that is none", async () => {
  for (const route of world.api.routes) {
    for (const key of [undefined, "tl_nobody", "garbage"]) {
      const answer = await world.send(route.method, pathOf(route, {}), key ? { key } : {});
      assert.equal(answer.status, 401, `${route.method} ${route.path} ${key}`);
      assert.equal(answer.json.code, "auth.unauthenticated");
    }
  }
});

test("every route answers 403 to a key without its scope", async () => {
  const others: Scope[] = ["tenants:read", "audit:read"];
  const reader = await world.addKey(ours.id, ["tenants:read"]);
  const auditor = await world.addKey(ours.id, ["audit:read"]);
  for (const route of world.api.routes) {
    if (route.permission === "any") continue;
    const key = route.permission === others[0] ? auditor : reader;
    const answer = await world.send(route.method, pathOf(route, {}), { key });
    assert.equal(answer.status, 403, `${route.method} ${route.path}`);
    assert.match(answer.json.detail, new RegExp(route.permission));
  }
});

test("another tenant's ids are not there: 404, and nothing of them in the answer", async () => {
  const connection = aConnectionRow(theirs.id);
  world.connections.push(connection);
  const key = await world.addKey(theirs.id, ["admin"]);
  const keyId = (await world.send("GET", "/v1/api-keys", { key })).json.data[0].id;
  const ids: Record<string, string> = {
    "/v1/tenants": theirs.publicId,
    "/v1/agents": theirs.agentId,
    "/v1/api-keys": keyId,
    "/v1/connections": toPublicId("connection", connection.id),
  };
  let tried = 0;
  for (const route of world.api.routes) {
    if (!route.path.includes("{id}") || route.path.startsWith("/v1/providers")) continue;
    const known = Object.entries(ids).find(([prefix]) => route.path.startsWith(prefix));
    for (const id of known ? [known[1], "nonsense"] : [newId("call"), "nonsense"]) {
      const answer = await world.send(route.method, pathOf(route, { id }), { key: admin, body: bodyFor(route) });
      // A tenant's key may not remove tenants at all, its own included.
      const expected = route.method === "DELETE" && route.path === "/v1/tenants/{id}" ? 403 : 404;
      assert.equal(answer.status, expected, `${route.method} ${route.path} ${answer.text}`);
      tried++;
    }
  }
  assert.ok(tried >= 30, `${tried} requests`);
  assert.equal(connection.status, "connected");
});

test("lists show one tenant's rows only", async () => {
  for (const route of world.api.routes) {
    if (route.method !== "GET" || route.path.includes("{") || route.streams) continue;
    const answer = await world.send("GET", `${route.path}?${route.examples?.query ?? ""}`, { key: admin });
    assert.equal(answer.status, 200, route.path);
    assert.ok(!answer.text.includes(theirs.publicId) && !answer.text.includes(theirs.agentId), route.path);
  }
});

test("a tenant key that names another tenant finds none", async () => {
  const answer = await world.send("GET", "/v1/agents", { key: admin, headers: { "tieline-tenant": "theirs" } });
  assert.equal(answer.status, 404);
});

test("a host key acts for the tenant it names, by id or external id, and must name one", async () => {
  const host = await world.addKey(null, ["admin"]);
  const none = await world.send("GET", "/v1/agents", { key: host });
  assert.equal(none.json.code, "tenant.required");
  for (const name of ["theirs", theirs.publicId, theirs.id]) {
    const answer = await world.send("GET", "/v1/agents", { key: host, headers: { "tieline-tenant": name } });
    assert.equal(answer.json.data[0].id, theirs.agentId);
  }
});

test("a revoked key is refused at once here, and an expired one too", async () => {
  const created = await world.send("POST", "/v1/api-keys", {
    key: admin,
    body: { name: "short", scopes: ["read"], expires_at: new Date(world.clock.now() + 60_000).toISOString() },
  });
  assert.equal(created.status, 201);
  const { id, secret } = created.json;
  assert.equal((await world.send("GET", "/v1/agents", { key: secret })).status, 200);
  assert.ok(!(await world.send("GET", "/v1/api-keys", { key: admin })).text.includes(secret));

  assert.equal((await world.send("DELETE", `/v1/api-keys/${id}`, { key: admin })).status, 204);
  assert.equal((await world.send("GET", "/v1/agents", { key: secret })).status, 401);
});

test("a key cannot make one that may do more than itself, and a tenant's key no host key", async () => {
  const maker = await world.addKey(ours.id, ["keys:write", "calls:write"]);
  const make = (scopes: Scope[], rest = {}) =>
    world.send("POST", "/v1/api-keys", { key: maker, body: { name: "x", scopes, ...rest } });
  assert.equal((await make(["calls:write"])).status, 201);
  assert.equal((await make(["admin"])).status, 403);
  assert.equal((await make(["calls:read"])).status, 403);
  assert.equal((await make(["calls:write"], { for: "host" })).status, 403);
});

test("a connect token connects its providers and opens nothing else", async () => {
  const made = await world.send("POST", "/v1/connect-tokens", { key: admin, body: { providers: ["acme"] } });
  assert.equal(made.status, 201);
  const key = made.json.token;
  assert.equal((await world.send("GET", "/v1/providers", { key })).json.data.length, 1);
  assert.equal((await world.send("GET", "/v1/connections", { key })).status, 403);
  assert.equal((await world.send("GET", "/v1/agents", { key })).status, 403);
  const connected = await world.send("POST", "/v1/connections", {
    key,
    body: { provider: "acme", credentials: { access_token: " pat " } },
  });
  assert.equal(connected.status, 201, connected.text);
  assert.equal(connected.json.tenant_id, ours.publicId);

  const own = `/v1/connections/${connected.json.id}`;
  assert.equal((await world.send("GET", own, { key })).status, 200);
  assert.equal((await world.send("POST", `${own}/reconnect`, { key, body: {} })).status, 403);
  const narrow = await world.send("POST", "/v1/connect-tokens", {
    key: admin,
    body: { mode: "reconnect", connection_id: connected.json.id },
  });
  const other = await world.send("POST", "/v1/connections", {
    key: admin,
    body: { provider: "acme", credentials: { access_token: "pat" } },
  });
  const elsewhere = `/v1/connections/${other.json.id}/reconnect`;
  assert.equal((await world.send("POST", elsewhere, { key: narrow.json.token, body: {} })).status, 404);
  assert.equal((await world.send("POST", `${own}/reconnect`, { key: narrow.json.token, body: {} })).status, 200);

  world.clock.advance(15 * 60_000 + 1);
  assert.equal((await world.send("GET", "/v1/providers", { key })).status, 401);
});

function pathOf(route: Route, { id = "con_01jq8f0c1xe4bsm2v7h9d3kqnr" }: { id?: string }): string {
  return `${route.path.replace("{id}", id)}${route.examples?.query ? `?${route.examples.query}` : ""}`;
}

function bodyFor(route: Route): unknown {
  if (route.method === "GET" || !route.body) return undefined;
  return route.body.safeParse({}).success ? {} : route.examples?.body;
}
