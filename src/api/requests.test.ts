import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId, PlatformError, toPublicId } from "#core";
import type { Db } from "#db";
import { aConnectionRow, startTestApi } from "./testing.ts";

let acceptAnswer: "accepted" | "conflict" | "down" = "accepted";
const world = await startTestApi(
  { after },
  {
    overrides: {
      async accept(_tenant, call) {
        if (acceptAnswer === "down") throw new PlatformError("db.unavailable", "connect ECONNREFUSED 10.1.2.3:5432");
        if (acceptAnswer === "conflict")
          return {
            status: "refused",
            callId: call.call_id,
            code: "call.conflict",
            detail: "Call 1 was accepted before with another content.",
            errors: [{ pointer: "/call_id", code: "taken", detail: "Another content." }],
          };
        return { status: "accepted", id: newId("call"), callId: call.call_id, routedTo: 2 };
      },
    },
  },
);
const tenant = await world.addTenant("acme");
const key = await world.addKey(tenant.id, ["admin"]);
const call = { call_id: "call_1", agent_id: "a1", customer_phone: "+14079780655" };

test("a problem answer has the shape of RFC 9457 and ours, and the request id of its header", async () => {
  const answer = await world.send("GET", "/v1/agents/nobody", { key });
  assert.equal(answer.headers["content-type"], "application/problem+json; charset=utf-8");
  assert.equal(answer.json.request_id, answer.headers["x-request-id"]);
  assert.match(answer.json.request_id, /^req_[0-9a-z]{26}$/);
  const { request_id: _, ...problem } = answer.json;
  assert.deepEqual(problem, {
    type: "/docs/errors/request.not_found",
    title: "There is no such thing here.",
    status: 404,
    detail: "There is no such agent here.",
    instance: "/v1/agents/nobody",
    code: "request.not_found",
    cause_class: "not_found",
    retryable: false,
    action: "Check the path and the id.",
  });
});

test("what cannot be read is refused with its own code", async () => {
  const post = (text: string, headers: Record<string, string> = {}) =>
    world.send("POST", "/v1/calls", { key, text, headers });
  const refusals: [string, string, Record<string, string>?][] = [
    ["request.malformed", "{"],
    ["request.malformed", `${'{"a":'.repeat(70)}1${"}".repeat(70)}`],
    ["request.unsupported_media_type", "a=b", { "content-type": "application/x-www-form-urlencoded" }],
    ["request.too_large", `{"call_id":"${"x".repeat(1_100_000)}"}`],
    ["request.invalid", '{"call_id":"a","agent_id":"b","customer_name":"\\u0000"}'],
    ["request.invalid", '{"call_id":"a","agent_id":"b","customer_name":"\\ud800"}'],
    ["request.invalid", '{"call_id":"a","agent_id":"b","__proto__":{"polluted":true}}'],
    ["request.invalid", '{"call_id":"a","agent_id":"b","constructor":{"prototype":{"polluted":true}}}'],
    ["request.invalid", "[]"],
    ["request.invalid", "null"],
  ];
  for (const [code, text, headers] of refusals) {
    const answer = await post(text, headers);
    assert.equal(answer.json.code, code, `${text.slice(0, 60)} ${answer.text}`);
  }
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test("paths and methods that are not there are told apart", async () => {
  assert.equal((await world.send("GET", "/v1/nothing", { key })).json.code, "request.not_found");
  const wrong = await world.send("PUT", "/v1/calls", { key });
  assert.equal(wrong.json.code, "request.method_not_allowed");
  assert.equal(wrong.headers.allow, "POST, GET");
  assert.equal((await world.send("GET", "/v1/%ZZ", { key })).json.status, 400);
});

test("a call is taken as the message of the contract or alone, and errors point into what was sent", async () => {
  acceptAnswer = "accepted";
  const alone = await world.send("POST", "/v1/calls", { key, body: call });
  assert.equal(alone.status, 202);
  assert.equal(alone.headers.location, `/v1/calls/${alone.json.id}`);
  assert.equal(alone.json.routed_to, 2);
  const message = await world.send("POST", "/v1/calls", { key, body: { action: "call_completed", call } });
  assert.equal(message.status, 202);

  const wrong = await world.send("POST", "/v1/calls", { key, body: { call: { ...call, duration_seconds: -1 } } });
  assert.equal(wrong.status, 422);
  assert.deepEqual(
    wrong.json.errors.map(({ pointer }: { pointer: string }) => pointer),
    ["/call/duration_seconds"],
  );
  acceptAnswer = "conflict";
  const conflict = await world.send("POST", "/v1/calls", { key, body: { call } });
  assert.equal(conflict.status, 409);
  assert.equal(conflict.json.errors[0].pointer, "/call/call_id");
});

test("a database that cannot store answers 503 without telling its address", async () => {
  acceptAnswer = "down";
  const answer = await world.send("POST", "/v1/calls", { key, body: call });
  assert.equal(answer.status, 503);
  assert.equal(answer.json.code, "db.unavailable");
  assert.equal(answer.json.retryable, true);
  assert.ok(!answer.text.includes("10.1.2.3"));
});

test("lists page both ways without a gap", async () => {
  const other = await world.addTenant();
  const otherKey = await world.addKey(other.id, ["admin"]);
  for (let n = 0; n < 4; n++)
    await world.send("POST", "/v1/agents", { key: otherKey, body: { name: `n${n}`, external_id: `e${n}` } });
  const read = async (cursor: string | null) =>
    (await world.send("GET", `/v1/agents?limit=2${cursor ? `&cursor=${cursor}` : ""}`, { key: otherKey })).json;
  const names = (page: { data: { name: string }[] }) => page.data.map(({ name }) => name);

  const first = await read(null);
  const second = await read(first.next_cursor);
  const third = await read(second.next_cursor);
  assert.deepEqual([names(first), names(second), names(third)], [["n3", "n2"], ["n1", "n0"], ["Desk"]]);
  assert.deepEqual([first.prev_cursor, third.next_cursor, third.has_more], [null, null, false]);
  assert.deepEqual(names(await read(third.prev_cursor)), ["n1", "n0"]);
  assert.deepEqual(names(await read(second.prev_cursor)), ["n3", "n2"]);
  const bad = await world.send("GET", "/v1/agents?cursor=zzz", { key: otherKey });
  assert.equal(bad.json.errors[0].pointer, "?cursor");
});

test("a host pages through its tenants both ways", async () => {
  const host = await world.addKey(null, ["admin"]);
  for (let n = 0; n < 4; n++) await world.send("POST", "/v1/tenants", { key: host, body: { name: `t${n}` } });
  const seen: string[] = [];
  const pages: { data: { id: string }[]; next_cursor: string | null; prev_cursor: string | null }[] = [];
  let cursor: string | null = null;
  do {
    const page: (typeof pages)[number] = (
      await world.send("GET", `/v1/tenants?limit=2${cursor ? `&cursor=${cursor}` : ""}`, { key: host })
    ).json;
    pages.push(page);
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor);
  assert.equal(new Set(seen).size, seen.length);
  assert.ok(seen.length >= 6);
  const back = await world.send("GET", `/v1/tenants?limit=2&cursor=${pages[2]?.prev_cursor}`, { key: host });
  assert.deepEqual(back.json.data, pages[1]?.data);
});

test("a stale edit answers 412, and settings are merged key by key", async () => {
  const row = aConnectionRow(tenant.id, { settings: { calendar_id: "primary", pipeline_id: "p1" } });
  world.connections.push(row);
  const url = `/v1/connections/${toPublicId("connection", row.id)}`;
  const { etag } = (await world.send("GET", url, { key })).headers as { etag: string };
  row.last_success_at = "2026-03-02T16:00:00.000Z"; // health moves by itself and spoils no edit

  const changed = await world.send("PATCH", url, {
    key,
    headers: { "if-match": etag },
    body: { settings: { calendar_id: "work", pipeline_id: null } },
  });
  assert.deepEqual([changed.status, changed.json.settings], [200, { calendar_id: "work" }]);
  const stale = await world.send("PATCH", url, { key, headers: { "if-match": etag }, body: { name: "x" } });
  assert.equal(stale.json.code, "request.precondition_failed");
  const wrong = await world.send("PATCH", url, { key, body: { settings: { create_as: "Nobody" } } });
  assert.deepEqual([wrong.status, wrong.json.code], [422, "settings.invalid"]);
  assert.equal(row.name, null);
});

test("the connection test streams its lines, or answers them at once", async () => {
  const row = aConnectionRow(tenant.id);
  world.connections.push(row);
  const url = `/v1/connections/${toPublicId("connection", row.id)}/test`;
  const streamed = await world.send("POST", url, { key, body: {}, headers: { accept: "application/x-ndjson" } });
  const lines = streamed.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ state, ok }) => state ?? ok),
    ["running", "passed", true],
  );
  assert.equal((await world.send("POST", url, { key, body: {} })).json.ok, true);
});

test("what an admin does is in the audit log, with who and the request id", async () => {
  const made = await world.send("POST", "/v1/agents", { key, body: { name: "Night desk" } });
  const audit = await world.send("GET", "/v1/audit?action=agent.created&limit=1", { key });
  const [entry] = audit.json.data;
  assert.equal(entry.subject_id, made.json.id);
  assert.equal(entry.request_id, made.headers["x-request-id"]);
  assert.match(entry.actor, /^key_/);
});

test("providers show their form, made from the settings schema", async () => {
  const { json } = await world.send("GET", "/v1/providers/acme", { key });
  assert.deepEqual(json.settings_fields, [
    {
      name: "calendar_id",
      label: "Calendar id",
      hint: "The calendar to book in.",
      type: "text",
      required: false,
      default: "primary",
    },
    {
      name: "create_as",
      label: "Create as",
      hint: "",
      type: "select",
      options: ["Lead", "Contact"],
      required: false,
      default: "Lead",
    },
    { name: "pipeline_id", label: "Pipeline id", hint: "", type: "text", required: false },
    { name: "owner_id", label: "Owner id", hint: "", type: "text", required: false, default: null },
  ]);
  assert.deepEqual(json.sign_in[1].fields[0].type, "secret");
});

test("a tenant with a live connection is not removed, one without goes", async () => {
  const host = await world.addKey(null, ["admin"]);
  const busy = await world.addTenant();
  await world.db.withTenant(busy.id, (tx) =>
    tx.query(
      "insert into connections (id, tenant_id, provider, auth, webhook_key) values ($1, $2, 'acme', 'api_key', $3)",
      [newId("connection"), busy.id, newId("connection")],
    ),
  );
  assert.equal((await world.send("DELETE", `/v1/tenants/${busy.publicId}`, { key: host })).status, 409);
  const idle = await world.addTenant();
  assert.equal((await world.send("DELETE", `/v1/tenants/${idle.publicId}`, { key: host })).status, 204);
  assert.equal((await world.send("GET", `/v1/tenants/${idle.publicId}`, { key: host })).status, 404);
});

test("each answer says how much of the rate budget is left, and 429 when", async (t) => {
  const small = await startTestApi(t, { limits: { key: 2 } });
  const owner = await small.addTenant();
  const smallKey = await small.addKey(owner.id, ["admin"]);
  const first = await small.send("GET", "/v1/agents", { key: smallKey });
  assert.equal(first.headers["ratelimit-policy"], '"key";q=2;w=60');
  assert.match(String(first.headers.ratelimit), /^"key";r=1;t=\d+$/);
  await small.send("GET", "/v1/agents", { key: smallKey });
  const refused = await small.send("GET", "/v1/agents", { key: smallKey });
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers["retry-after"]) >= 1);
});

test("whoever tries keys is slowed down, and nobody else", async (t) => {
  const small = await startTestApi(t, { limits: { refused: 2 } });
  const owner = await small.addTenant();
  const good = await small.addKey(owner.id, ["read"]);
  const statuses: number[] = [];
  for (const guess of ["tl_1", "tl_2", "tl_3"])
    statuses.push((await small.send("GET", "/v1/agents", { key: guess })).status);
  assert.deepEqual(statuses, [401, 401, 429]);
  assert.equal((await small.send("GET", "/v1/agents", { key: good })).status, 200);
});

test("while the database is away every request is told so, key or not, as often as it asks", async (t) => {
  const down = new PlatformError("db.unavailable", "connect ECONNREFUSED 10.1.2.3:5432");
  const away: Db = { ...world.db, transaction: () => Promise.reject(down), withTenant: () => Promise.reject(down) };
  const lost = await startTestApi(t, { db: away, limits: { refused: 1 } });
  for (let n = 0; n < 3; n++) {
    const answer = await lost.send("GET", "/v1/agents", { key: "tl_some_key" });
    assert.deepEqual([answer.status, answer.json.code], [503, "db.unavailable"]);
    assert.ok(!answer.text.includes("10.1.2.3"));
  }
  assert.equal((await lost.send("GET", "/readyz")).status, 503);
  assert.equal((await lost.send("GET", "/healthz")).status, 200);
});
