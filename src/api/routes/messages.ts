import { z } from "zod";
import type { AcceptedMessage, MessageId, MessageSummary, MessageSyncView, Messages } from "#calls";
import { type CauseClass, type ConnectionId, PlatformError, type TenantId, toPublicId } from "#core";
import type { Db } from "#db";
import { LoggedMessage } from "#model";
import { CallRetry } from "../contract/calls.ts";
import { IdParams } from "../contract/common.ts";
import { Retried } from "../contract/connections.ts";
import {
  Message,
  MessageAccepted,
  MessageLogged,
  MessagePage,
  MessageQuery,
  type MessageSync,
  MessageSyncList,
} from "../contract/messages.ts";
import { toPageBody } from "../paging.ts";
import { defineRoute, type Route } from "../route.ts";
import { agentIdFor } from "./agents.ts";
import { found, idFrom, shown } from "./common.ts";
import { aLoggedMessage, aMessageSync, aStoredMessage } from "./message-examples.ts";

/** Text messages, in and out. */
export function messageRoutes({ db, messages }: { db: Db; messages: Messages }): Route[] {
  return [
    defineRoute({
      method: "POST",
      path: "/v1/messages",
      tag: "Messages",
      summary: "Hand over a text message",
      description:
        "202 means committed: the message, its event and its way into each connected CRM are stored together. The message_id is the message's identity: the same body again answers 200 and changes nothing, another body answers 409. Takes the whole shape, or the message alone.",
      permission: "calls:write",
      tenant: "required",
      audit: { none: "the stored message is the record of itself" },
      limit: "intake",
      body: z.union([MessageLogged, LoggedMessage]),
      bodyFor: (body) => ({ schema: isWhole(body) ? MessageLogged : LoggedMessage }),
      reply: { status: 202, description: "Accepted: committed, and on its way.", schema: MessageAccepted },
      alsoReplies: [{ status: 200, description: "The same message was accepted before.", schema: MessageAccepted }],
      errors: ["request.invalid", "message.conflict", "db.unavailable"],
      examples: {
        body: aLoggedMessage,
        reply: { status: "accepted", id: aStoredMessage.id, message_id: "sms_abc123", routed_to: 2 },
      },
      async handle({ tenantId, body }) {
        const whole = isWhole(body);
        const accepted = await messages.accept(tenantId, (whole ? body.message : body) as LoggedMessage, "api");
        if (accepted.status === "refused") throw refusal(accepted, whole ? "/message" : "");
        const id = toPublicId("message", accepted.id);
        const answer: MessageAccepted = {
          status: accepted.status,
          id,
          message_id: accepted.messageId,
          routed_to: accepted.status === "accepted" ? accepted.routedTo : null,
        };
        const status = accepted.status === "accepted" ? 202 : 200;
        return { status, body: answer, headers: { location: `/v1/messages/${id}` } };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/v1/messages",
      tag: "Messages",
      summary: "List messages",
      permission: "calls:read",
      tenant: "required",
      audit: { none: "a read" },
      query: MessageQuery,
      reply: { status: 200, description: "A page of messages.", schema: MessagePage },
      errors: ["request.invalid"],
      examples: { query: "conversation_id=conv_42" },
      async handle({ tenantId, query }) {
        const { agent_id, connection_id, conversation_id, direction, sync_state, q, cursor, limit } = query;
        const agentId = await agentIdFor(db, tenantId, agent_id);
        const filter = {
          ...(agentId && { agentId }),
          ...(connection_id && { connectionId: idFrom("connection", connection_id) }),
          ...(conversation_id && { conversationId: conversation_id }),
          ...(direction && { direction }),
          ...(sync_state && { syncState: sync_state }),
          ...(q && { q }),
          ...(query["created_at[gte]"] && { createdFrom: query["created_at[gte]"] }),
          ...(query["created_at[lt]"] && { createdTo: query["created_at[lt]"] }),
        };
        const page = await messages.list(tenantId, filter, { ...(cursor && { cursor }), limit });
        return { body: toPageBody(page, presentMessage) };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/v1/messages/{id}",
      tag: "Messages",
      summary: "Read a message",
      description: "By our id, or by the host's own message_id.",
      permission: "calls:read",
      tenant: "required",
      audit: { none: "a read" },
      params: IdParams,
      reply: { status: 200, description: "The message.", schema: Message },
      errors: ["request.not_found"],
      examples: { reply: aStoredMessage },
      handle: async ({ tenantId, params }) => ({ body: presentMessage(await readMessage(tenantId, params.id)) }),
    }),
    defineRoute({
      method: "GET",
      path: "/v1/messages/{id}/syncs",
      tag: "Messages",
      summary: "See a message's way into each CRM",
      permission: "calls:read",
      tenant: "required",
      audit: { none: "a read" },
      params: IdParams,
      reply: { status: 200, description: "One sync per connection, with its steps.", schema: MessageSyncList },
      errors: ["request.not_found"],
      examples: { reply: { data: [aMessageSync] } },
      async handle({ tenantId, params }) {
        const message = await readMessage(tenantId, params.id);
        return { body: { data: (await messages.syncs(tenantId, message.id as MessageId)).map(presentSync) } };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/v1/messages/{id}/retry",
      tag: "Messages",
      summary: "Try a message's dead syncs again",
      description: "With even_skipped also what a rule left out.",
      permission: "calls:write",
      tenant: "required",
      audit: { action: "message.retried", subject: "message" },
      params: IdParams,
      body: CallRetry,
      reply: { status: 200, description: "How many were set going.", schema: Retried },
      errors: ["request.not_found", "request.invalid"],
      examples: { body: { even_skipped: true }, reply: { retried: 1 } },
      async handle({ tenantId, params, body }) {
        const message = await readMessage(tenantId, params.id);
        const retried = await messages.retry(tenantId, message.id as MessageId, {
          ...(body.connection_id && { connectionId: idFrom("connection", body.connection_id) as ConnectionId }),
          evenSkipped: body.even_skipped,
        });
        return { body: { retried }, audit: { subjectId: shown("message", message.id), detail: { retried } } };
      },
    }),
  ];

  async function readMessage(tenantId: TenantId, id: string): Promise<MessageSummary> {
    return found("message", await messages.read(tenantId, id));
  }
}

/** A message alone may have an extra field that is called message. */
function isWhole(body: unknown): body is MessageLogged {
  return typeof body === "object" && body !== null && "message" in body && !("message_id" in body);
}

function refusal(refused: Extract<AcceptedMessage, { status: "refused" }>, at: string): PlatformError {
  const errors = refused.errors?.map((error) => ({ ...error, pointer: `${at}${error.pointer}` }));
  return new PlatformError(refused.code, refused.detail, errors ? { errors } : {});
}

function presentMessage(message: MessageSummary): Message {
  return {
    id: toPublicId("message", message.id),
    message_id: message.message_id,
    agent_id: shown("agent", message.agent_id),
    conversation_id: message.conversation_id,
    direction: message.direction,
    customer_name: message.customer_name,
    customer_phone: message.customer_phone,
    customer_email: message.customer_email,
    text: message.text,
    sent_at: message.sent_at,
    extra: message.extra,
    source: message.source,
    sync_state: message.sync_state,
    created_at: message.created_at,
  };
}

function presentSync(sync: MessageSyncView): MessageSync {
  return {
    ...sync,
    id: toPublicId("callSync", sync.id),
    message_id: toPublicId("message", sync.message_id),
    connection_id: toPublicId("connection", sync.connection_id),
    cause_class: sync.cause_class as CauseClass | null,
  };
}
