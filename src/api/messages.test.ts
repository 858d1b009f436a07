import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { AcceptedMessage, MessageSummary } from "#calls";
import { newId, toPublicId } from "#core";
import { startTestApi } from "./testing.ts";

const id = newId("message");
const stored: MessageSummary = {
  id,
  message_id: "sms_1",
  agent_id: newId("agent"),
  conversation_id: null,
  direction: "outbound",
  customer_name: null,
  customer_phone: "+14079780655",
  customer_email: null,
  text: "On our way.",
  sent_at: null,
  extra: {},
  source: "api",
  sync_state: "dead",
  created_at: "2026-02-16T09:12:01.200Z",
};
let answer: AcceptedMessage;
const asked: unknown[] = [];
const world = await startTestApi(
  { after },
  {
    messages: {
      async accept(_tenant, message, source) {
        asked.push({ message, source });
        return answer;
      },
      async list(_tenant, filter) {
        asked.push(filter);
        return { data: [stored], nextCursor: null, prevCursor: null };
      },
      read: async (_tenant, wanted) => (wanted === "sms_1" ? stored : null),
      async retry(_tenant, messageId, options) {
        asked.push({ messageId, options });
        return 1;
      },
    },
  },
);
const tenant = await world.addTenant("acme");
const key = await world.addKey(tenant.id, ["admin"]);
const message = { message_id: "sms_1", agent_id: "a1", direction: "inbound", text: "Hello" };
const post = (body: unknown) => world.send("POST", "/v1/messages", { key, body });

test("a message is taken alone or in its whole shape: 202 when it is new, 200 when it was here", async () => {
  asked.length = 0;
  answer = { status: "accepted", id, messageId: "sms_1", routedTo: 2 };
  const alone = await post({ ...message, lang: "en", message: "an extra field" });
  const whole = await post({ action: "message_logged", message, timestamp: "2026-02-16T09:12:01Z" });
  answer = { status: "duplicate", id, messageId: "sms_1" };
  const again = await post(message);

  assert.deepEqual([alone.status, whole.status, again.status], [202, 202, 200]);
  const publicId = toPublicId("message", id);
  assert.deepEqual(alone.json, { status: "accepted", id: publicId, message_id: "sms_1", routed_to: 2 });
  assert.equal(alone.headers.location, `/v1/messages/${publicId}`);
  assert.deepEqual(again.json, { status: "duplicate", id: publicId, message_id: "sms_1", routed_to: null });
  assert.deepEqual(asked, [
    { message: { ...message, lang: "en", message: "an extra field" }, source: "api" },
    { message, source: "api" },
    { message, source: "api" },
  ]);
});

test("another content under a known id is a conflict, and errors point into what was sent", async () => {
  const errors = [{ pointer: "/agent_id", code: "unknown_agent", detail: "No such agent in this tenant." }];
  answer = { status: "refused", messageId: "sms_1", code: "message.conflict", detail: "The first one stands." };
  const conflict = await post(message);
  answer = { status: "refused", messageId: "sms_1", code: "request.invalid", detail: "There is no agent a1.", errors };
  const unknown = await post({ message });

  assert.deepEqual([conflict.status, conflict.json.code], [409, "message.conflict"]);
  assert.deepEqual([unknown.status, unknown.json.errors[0].pointer], [422, "/message/agent_id"]);
});

test("what does not fit the contract is refused, field by field", async () => {
  const pointers: [unknown, string][] = [
    [{ ...message, direction: "sideways" }, "/direction"],
    [{ ...message, text: "" }, "/text"],
    [{ ...message, sent_at: "yesterday" }, "/sent_at"],
    [{ message: { ...message, text: undefined } }, "/message/text"],
    [{ action: "call_completed", message }, "/action"],
  ];
  for (const [body, pointer] of pointers) {
    const refused = await post(body);
    assert.equal(refused.json.code, "request.invalid");
    assert.deepEqual(refused.json.errors[0].pointer, pointer);
  }
  assert.equal((await post({ message, more: 1 })).json.code, "request.invalid");
});

test("a message is read by the host's id, listed by what the query says, and set going again", async () => {
  asked.length = 0;
  const read = await world.send("GET", "/v1/messages/sms_1", { key });
  const list = await world.send("GET", "/v1/messages?direction=outbound&conversation_id=conv_1&sync_state=dead", {
    key,
  });
  const retried = await world.send("POST", "/v1/messages/sms_1/retry", { key, body: { even_skipped: true } });
  const absent = await world.send("GET", "/v1/messages/sms_2/syncs", { key });

  assert.equal(read.json.id, toPublicId("message", id));
  assert.deepEqual(list.json.data, [read.json]);
  assert.deepEqual(retried.json, { retried: 1 });
  assert.equal(absent.status, 404);
  assert.deepEqual(asked, [
    { direction: "outbound", conversationId: "conv_1", syncState: "dead" },
    { messageId: id, options: { evenSkipped: true } },
  ]);
  assert.equal((await world.send("GET", "/v1/messages?direction=up", { key })).status, 422);
});
