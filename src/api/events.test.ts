import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId, type TenantId, toPublicId } from "#core";
import { recordEvent } from "#events";
import { startTestApi } from "./testing.ts";

const world = await startTestApi({ after }, { streams: { beatMs: 40, perKey: 2 } });
const url = await world.api.server.listen({ host: "127.0.0.1", port: 0 });
const ours = await world.addTenant("ours");
const theirs = await world.addTenant("theirs");
const key = await world.addKey(ours.id, ["events:read"]);

test("events are listed with public ids, and narrowed by type and subject", async () => {
  const tenant = await world.addTenant();
  const reader = await world.addKey(tenant.id, ["events:read"]);
  const [connectionId, callId] = [newId("connection"), newId("call")];
  await pause(tenant.id, connectionId);
  await world.db.withTenant(tenant.id, (tx) =>
    recordEvent(tx, "call.synced", callId, {
      call_id: "c1",
      connection_id: connectionId,
      provider: "acme",
      state: "done",
    }),
  );
  const list = async (query: string) => (await world.send("GET", `/v1/events${query}`, { key: reader })).json;

  const { data } = await list("");
  assert.deepEqual(
    data.map((one: { type: string }) => one.type),
    ["call.synced", "connection.paused"],
  );
  assert.deepEqual(data[0].subject, { kind: "call", id: toPublicId("call", callId) });
  assert.equal(data[0].payload.connection_id, toPublicId("connection", connectionId));
  assert.deepEqual((await list("?type=connection.paused")).data, [data[1]]);
  assert.deepEqual((await list(`?subject_id=${toPublicId("call", callId)}`)).data, [data[0]]);
  assert.deepEqual((await list("?subject_id=nonsense")).data, []);
  const first = await list("?limit=1");
  assert.deepEqual((await list(`?limit=1&cursor=${first.next_cursor}`)).data, [data[1]]);
  assert.equal((await list("?type=nonsense")).code, "request.invalid");
});

test("a stream tells what happens to its tenant from now on, and nothing of another", async () => {
  await pause(ours.id, newId("connection"));
  await settled(ours.id);
  const stream = await openStream();
  assert.equal(stream.contentType, "text/event-stream");
  const ready = await stream.next((message) => message.event === "ready");
  const id = newId("connection");
  await pause(theirs.id, newId("connection"));
  await pause(ours.id, id);

  const message = await stream.next((one) => one.data !== "{}" && one.data !== undefined);

  assert.match(ready.id ?? "", /^\d+-0$/);
  assert.equal(subjectOf(message), toPublicId("connection", id));
  await stream.close();
});

test("a stream that was cut goes on after the last id that arrived: nothing lost, nothing doubled", async () => {
  const ids = Array.from({ length: 6 }, () => newId("connection"));
  const heard: string[] = [];
  const first = await openStream();
  await first.next((message) => message.event === "ready");
  for (const id of ids.slice(0, 3)) await pause(ours.id, id);
  let last = "";
  while (heard.length < 2) {
    const message = await first.next((one) => one.event === undefined && one.data !== undefined);
    heard.push(subjectOf(message));
    last = message.id as string;
  }
  await first.close();
  for (const id of ids.slice(3)) await pause(ours.id, id);

  const second = await openStream({ "last-event-id": last });
  while (heard.length < ids.length)
    heard.push(subjectOf(await second.next((one) => one.event === undefined && one.data !== undefined)));

  assert.deepEqual(
    heard,
    ids.map((id) => toPublicId("connection", id)),
  );
  await second.close();
});

test("silence is broken by comments", async () => {
  const stream = await openStream();
  await stream.next((message) => message.comment !== undefined);
  await stream.next((message) => message.comment !== undefined);
  await stream.close();
});

test("a position that is none of ours is refused, and so is a key without the scope", async () => {
  const answer = await open({ "last-event-id": "yesterday" });
  assert.deepEqual([answer.status, (await answer.json()).code], [422, "request.invalid"]);
  const other = await world.addKey(ours.id, ["calls:read"]);
  assert.equal((await open({ authorization: `Bearer ${other}` })).status, 403);
});

test("a key has a bounded number of streams; one that ends makes room", async () => {
  const narrow = { authorization: `Bearer ${await world.addKey(ours.id, ["events:read"])}` };
  const [one, two] = [await openStream(narrow), await openStream(narrow)];
  const refused = await open(narrow);
  assert.deepEqual([refused.status, (await refused.json()).code], [429, "request.too_many_streams"]);

  await one.close();
  let again = await open(narrow);
  while (again.status === 429) again = await open(narrow); // the server hears of the end a moment later
  assert.equal(again.status, 200);
  await again.body?.cancel();
  await two.close();
});

test("a revoked key hears no more", async () => {
  const admin = await world.addKey(ours.id, ["admin"]);
  const created = await world.send("POST", "/v1/api-keys", {
    key: admin,
    body: { name: "short", scopes: ["events:read"] },
  });
  const stream = await openStream({ authorization: `Bearer ${created.json.secret}` });
  await stream.next((message) => message.event === "ready");
  await world.send("DELETE", `/v1/api-keys/${created.json.id}`, { key: admin });
  await assert.rejects(
    stream.next(() => false),
    /ended/,
  );
});

test("a stream ends with its tenant", async () => {
  const host = await world.addKey(null, ["admin"]);
  const tenant = await world.addTenant("short-lived");
  const stream = await openStream({ authorization: `Bearer ${host}`, "tieline-tenant": "short-lived" });
  await stream.next((message) => message.event === "ready");
  const gone = await world.send("DELETE", `/v1/tenants/${tenant.publicId}`, { key: host });
  assert.equal(gone.status, 204, gone.text);
  await assert.rejects(
    stream.next(() => false),
    /ended/,
  );
});

test("streams end when the process leaves", async () => {
  const leaving = await startTestApi({ after: (fn) => after(fn) });
  const at = await leaving.api.server.listen({ host: "127.0.0.1", port: 0 });
  const tenant = await leaving.addTenant();
  const reader = await leaving.addKey(tenant.id, ["events:read"]);
  const stream = await openStream({ authorization: `Bearer ${reader}` }, at);
  await stream.next((message) => message.event === "ready");

  leaving.api.drain();

  await assert.rejects(
    stream.next(() => false),
    /ended/,
  );
});

interface Message {
  id?: string;
  event?: string;
  data?: string;
  comment?: string;
}

function open(headers: Record<string, string> = {}, at = url): Promise<Response> {
  return fetch(`${at}/v1/events/stream`, { headers: { authorization: `Bearer ${key}`, ...headers } });
}

async function openStream(headers: Record<string, string> = {}, at = url) {
  const answer = await open(headers, at);
  assert.equal(answer.status, 200);
  const reader = (answer.body as ReadableStream).pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  return {
    contentType: answer.headers.get("content-type"),
    async next(wanted: (message: Message) => boolean): Promise<Message> {
      for (;;) {
        const end = rest.indexOf("\n\n");
        if (end === -1) {
          const { done, value } = await reader.read();
          if (done) throw new Error("The stream ended.");
          rest += value;
          continue;
        }
        const message: Message = {};
        for (const line of rest.slice(0, end).split("\n")) {
          const [, field = "", value = ""] = /^(\w*): (.*)$/.exec(line) ?? [];
          Object.assign(message, { [field === "" ? "comment" : field]: value });
        }
        rest = rest.slice(end + 2);
        if (wanted(message)) return message;
      }
    },
    close: () => reader.cancel(),
  };
}

/** A transaction of anybody on the server keeps what committed after its start out of the feed; a stream that opens then tells it. */
async function settled(tenantId: TenantId): Promise<void> {
  for (;;) {
    const [row] = await world.db.withTenant(tenantId, (tx) =>
      tx.query<{ all: boolean }>("select bool_and(xid < pg_snapshot_xmin(pg_current_snapshot())) as all from events"),
    );
    if (row?.all) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function subjectOf({ data }: Message): string {
  return JSON.parse(data as string).subject.id;
}

function pause(tenantId: TenantId, id: string): Promise<void> {
  return world.db.withTenant(tenantId, (tx) => recordEvent(tx, "connection.paused", id, { provider: "acme" }));
}
