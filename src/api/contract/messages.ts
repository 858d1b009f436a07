import { z } from "zod";
import { LoggedMessage, messageDirections } from "#model";
import { CallSync, syncStates } from "./calls.ts";
import { Instant, pageOf, pageQuery, publicId } from "./common.ts";

/** A text message as POST /v1/messages takes it and Zapier receives it. */
export const MessageLogged = z
  .strictObject({
    action: z.literal("message_logged").default("message_logged"),
    message: LoggedMessage.meta({ id: "LoggedMessage" }),
    timestamp: Instant.optional(),
  })
  .meta({ id: "MessageLogged" });
export type MessageLogged = z.infer<typeof MessageLogged>;

/** 202: committed, its syncs are on their way. 200: the same message with the same body was here before. */
export const MessageAccepted = z
  .object({
    status: z.enum(["accepted", "duplicate"]),
    id: publicId("message"),
    message_id: z.string(),
    routed_to: z.int().nullable().describe("How many connections take it; null for a duplicate."),
  })
  .meta({ id: "MessageAccepted" });
export type MessageAccepted = z.infer<typeof MessageAccepted>;

export const Message = z
  .object({
    id: publicId("message"),
    message_id: z.string().describe("The host's own id."),
    agent_id: z.string(),
    conversation_id: z.string().nullable().describe("The host's own, too."),
    direction: z.enum(messageDirections),
    customer_name: z.string().nullable(),
    customer_phone: z.string().nullable().describe("E.164; null when what came is not a phone number."),
    customer_email: z.string().nullable(),
    text: z.string(),
    sent_at: Instant.nullable(),
    extra: z.record(z.string(), z.unknown()).describe("Fields beyond the contract; they can be mapped."),
    source: z.enum(["api", "sql", "import"]),
    sync_state: z.enum(syncStates).describe("The worst of its syncs; none when no connection takes it."),
    created_at: Instant,
  })
  .meta({ id: "Message" });
export type Message = z.infer<typeof Message>;

export const MessagePage = pageOf(Message).meta({ id: "MessagePage" });

export const MessageQuery = z.strictObject({
  agent_id: z.string().max(200).optional(),
  connection_id: z.string().max(200).optional(),
  conversation_id: z.string().max(200).optional(),
  direction: z.enum(messageDirections).optional(),
  sync_state: z.enum(syncStates).optional(),
  q: z.string().max(200).optional().describe("A phone, an e-mail or a message id."),
  "created_at[gte]": Instant.optional(),
  "created_at[lt]": Instant.optional(),
  ...pageQuery,
});

/** A message's way into one connection: as a call's, with the message's id. */
export const MessageSync = CallSync.omit({ call_id: true })
  .extend({ message_id: publicId("message") })
  .meta({ id: "MessageSync" });
export type MessageSync = z.infer<typeof MessageSync>;

export const MessageSyncList = z.object({ data: z.array(MessageSync) }).meta({ id: "MessageSyncList" });
