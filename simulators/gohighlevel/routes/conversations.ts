import { type Call, locationOf, namedLocation, type Routes, type Rule, readBody } from "../api.ts";
import { findContact } from "../contacts.ts";
import { bad, missing } from "../errors.ts";
import { iso, type Location, type Row, type Values } from "../location.ts";

const read = "conversations/message.readonly";
const write = "conversations/message.write";
const callStates = ["pending", "completed", "answered", "busy", "no-answer", "failed", "canceled", "voicemail"];
const common: Record<string, Rule> = {
  ...{ type: "string", attachments: "array", conversationId: "string", conversationProviderId: "string" },
  ...{ altId: "string", date: "string", call: "object" },
};
const texts: Record<string, Rule> = { contactId: "string", message: "string", html: "string", subject: "string" };

export const conversationRoutes: Routes = (add) => {
  add("POST", "/conversations", { scope: "conversations.write", handle: open });
  add("GET", "/conversations/search", { scope: "conversations.readonly", handle: search });
  add("GET", "/conversations/:id", {
    scope: "conversations.readonly",
    handle: (call) => ok(view(locationOf(call), find(call, call.params.id))),
  });
  add("GET", "/conversations/:id/messages", { scope: read, handle: messages });
  add("GET", "/conversations/messages/:id", {
    scope: read,
    handle: (call) => ok({ ...viewMessage(locationOf(call), message(call)) }),
  });
  add("POST", "/conversations/messages", { scope: write, handle: send });
  add("POST", "/conversations/messages/inbound", { scope: write, handle: (call) => record(call, "inbound") });
  add("POST", "/conversations/messages/outbound", { scope: write, handle: (call) => record(call, "outbound") });
  add("GET", "/conversations/messages/:id/locations/:locationId/recording", { scope: read, handle: recording });
};

function ok(body: Values, status = 200) {
  return { status, body };
}

function open(call: Call) {
  const body = readBody(call, { locationId: "string", contactId: "string" }, ["locationId", "contactId"]);
  const location = namedLocation(call, body.locationId);
  const row = conversationOf(location, findContact(location, String(body.contactId)).id);
  return ok({ success: true, conversation: view(location, row), traceId: call.traceId }, 201);
}

/** The conversation of a contact; there is one at most. */
function conversationOf(location: Location, contactId: string): Row {
  const found = [...location.tables.conversations.values()].find(({ values }) => values.contactId === contactId);
  return found ?? location.add("conversations", { contactId });
}

function search(call: Call) {
  const location = namedLocation(call, call.query.get("locationId"));
  const contactId = call.query.get("contactId");
  const rows = [...location.tables.conversations.values()].filter(
    ({ values }) => !contactId || values.contactId === contactId,
  );
  return ok({ conversations: rows.map((row) => view(location, row)), total: rows.length, traceId: call.traceId });
}

function find(call: Call, id: unknown): Row {
  const row = locationOf(call).tables.conversations.get(String(id));
  if (!row) throw missing("Conversation", String(id));
  return row;
}

function message(call: Call): Row {
  const row = locationOf(call).tables.messages.get(call.params.id ?? "");
  if (!row) throw missing("Message", call.params.id ?? "");
  return row;
}

function messages(call: Call) {
  const { id } = find(call, call.params.id);
  const rows = [...locationOf(call).tables.messages.values()]
    .filter(({ values }) => values.conversationId === id)
    .reverse();
  const shown = rows.map((row) => viewMessage(locationOf(call), row));
  return ok({
    messages: { lastMessageId: rows.at(-1)?.id ?? "", nextPage: false, messages: shown },
    traceId: call.traceId,
  });
}

// Really sends, by HighLevel's own number.
function send(call: Call) {
  const body = readBody(call, { ...common, ...texts, fromNumber: "string", toNumber: "string" }, ["type", "contactId"]);
  const location = locationOf(call);
  const conversation = conversationOf(location, findContact(location, String(body.contactId)).id);
  if (!body.message && !body.html && !body.attachments) throw bad("message is required");
  return keep(call, conversation, { ...body, direction: "outbound", status: "delivered" });
}

// Writes down what went over somebody else's line: the app needs a conversation provider for it.
function record(call: Call, direction: "inbound" | "outbound") {
  const rules = direction === "inbound" ? { ...common, ...texts, direction: "string" as const } : common;
  const body = readBody(call, rules, ["type", "conversationId", "conversationProviderId"]);
  const isKnown = [...call.world.apps.values()].some(
    (app) => app.conversationProviderId === body.conversationProviderId,
  );
  if (!isKnown) throw missing("Conversation provider", String(body.conversationProviderId));
  if (direction === "outbound" && body.type !== "Call") throw bad("type must be one of the following values: Call");
  const state = (body.call as Values | undefined)?.status;
  if (state !== undefined && !callStates.includes(String(state)))
    throw bad(`call.status must be one of the following values: ${callStates.join(", ")}`);
  return keep(call, find(call, body.conversationId), { ...body, direction, status: state ?? "completed" });
}

function keep(call: Call, conversation: Row, values: Values) {
  const location = locationOf(call);
  const { contactId } = conversation.values;
  const row = location.add("messages", { ...values, conversationId: conversation.id, contactId });
  location.touch(conversation);
  const type = values.direction === "inbound" ? "InboundMessage" : "OutboundMessage";
  location.emit({ type, body: viewMessage(location, row) });
  const answer = { conversationId: conversation.id, messageId: row.id, contactId, dateAdded: iso(row.addedAt) };
  return ok({ success: true, ...answer, message: "Message queued successfully.", traceId: call.traceId });
}

function recording(call: Call) {
  namedLocation(call, call.params.locationId);
  const bytes = locationOf(call).recordings.get(message(call).id);
  if (!bytes) throw bad("Recording not found");
  return { status: 200, headers: { "content-type": "audio/x-wav" }, body: bytes };
}

function view(location: Location, row: Row): Values {
  const times = { dateAdded: iso(row.addedAt), dateUpdated: iso(row.updatedAt), lastMessageDate: iso(row.updatedAt) };
  return { id: row.id, locationId: location.id, contactId: row.values.contactId, deleted: false, ...times };
}

export function viewMessage(location: Location, row: Row): Values {
  const { type, message: body, date, call, ...values } = row.values;
  return {
    id: row.id,
    locationId: location.id,
    ...values,
    type,
    messageType: String(type).toUpperCase(),
    ...(body === undefined ? {} : { body }),
    ...(call === undefined ? {} : { meta: { call }, callStatus: values.status }),
    dateAdded: date ?? iso(row.addedAt),
  };
}
