import { z } from "zod";
import type { IdKind } from "#core";

/** What an event can be about. */
export type SubjectKind = "call" | "message" | "connection";

export interface EventDescription {
  subject: SubjectKind;
  /** When it is raised, as a sentence. */
  when: string;
  payload: z.ZodObject;
  /** Fields of the payload that hold an id of ours: shown to callers with its prefix. */
  ids?: Record<string, IdKind>;
  example: Record<string, unknown>;
}

const ourId = z.uuid();
const provider = z.string().describe("The provider's id, such as hubspot.");
const hostCallId = z.string().describe("The id that the host app or the telephony provider gave the call.");
const hostMessageId = z.string().describe("The id that the host app gave the message.");
const agentId = ourId.describe("The agent it belongs to.");
const reason = z.string().describe("An error code, see the page of error codes.");
const detail = z.string().describe("One sentence for people.");

export const syncEndStates = ["done", "skipped", "dead"] as const;

const syncEnd = {
  connection_id: ourId.describe("The connection it went to."),
  provider,
  state: z.enum(syncEndStates).describe("`skipped`: a rule left it out; `dead`: given up, and kept for a retry."),
};

const exampleIds = {
  agent_id: "0197a3c4-5b1e-7c2d-9e8f-1a2b3c4d5e6f",
  connection_id: "0197a3c4-5b1e-7c2d-9e8f-6f5e4d3c2b1a",
};

/** Every event type there is. What is not in this table is not recorded, and the page of events is written from it. */
export const eventTypes = {
  "call.completed": {
    subject: "call",
    when: "A finished call was accepted: by the API, an import, a provider's webhook or a row inserted with SQL.",
    payload: z.object({ call_id: hostCallId, agent_id: agentId }),
    ids: { agent_id: "agent" },
    example: { call_id: "call_8f2k1", agent_id: exampleIds.agent_id },
  },
  "call.synced": {
    subject: "call",
    when: "A call's way to one connection ended, for now: a retry may end it again.",
    payload: z.object({ call_id: hostCallId, ...syncEnd }),
    ids: { connection_id: "connection" },
    example: { call_id: "call_8f2k1", connection_id: exampleIds.connection_id, provider: "hubspot", state: "done" },
  },
  "message.logged": {
    subject: "message",
    when: "A text message was accepted: by the API or a row inserted with SQL.",
    payload: z.object({ message_id: hostMessageId, agent_id: agentId, direction: z.enum(["inbound", "outbound"]) }),
    ids: { agent_id: "agent" },
    example: { message_id: "sms_77", agent_id: exampleIds.agent_id, direction: "inbound" },
  },
  "message.synced": {
    subject: "message",
    when: "A text message's way to one connection ended, for now: a retry may end it again.",
    payload: z.object({ message_id: hostMessageId, ...syncEnd }),
    ids: { connection_id: "connection" },
    example: { message_id: "sms_77", connection_id: exampleIds.connection_id, provider: "hubspot", state: "skipped" },
  },
  "connection.connected": {
    subject: "connection",
    when: "An account was connected, or connected again.",
    payload: z.object({
      provider,
      account_id: z.string().nullable().describe("The account's id at the provider."),
      reconnected: z.boolean().describe("The connection was there before: its id, mapping and links stay."),
    }),
    example: { provider: "hubspot", account_id: "4100002", reconnected: false },
  },
  "connection.updated": {
    subject: "connection",
    when: "Somebody changed a connection's name, role, settings or webhook secret.",
    payload: z.object({ provider }),
    example: { provider: "hubspot" },
  },
  "connection.paused": {
    subject: "connection",
    when: "Somebody paused a connection; its work waits.",
    payload: z.object({ provider }),
    example: { provider: "hubspot" },
  },
  "connection.resumed": {
    subject: "connection",
    when: "Somebody resumed a paused connection.",
    payload: z.object({ provider }),
    example: { provider: "hubspot" },
  },
  "connection.degraded": {
    subject: "connection",
    when: "A connection still takes writes, but something is wrong with the account or its provider. Once, until it is well.",
    payload: z.object({ provider, reason, detail }),
    example: { provider: "hubspot", reason: "provider.outage", detail: "HubSpot answers 503 to everything." },
  },
  "connection.recovered": {
    subject: "connection",
    when: "A degraded connection is well again.",
    payload: z.object({ provider }),
    example: { provider: "hubspot" },
  },
  "connection.needs_reauth": {
    subject: "connection",
    when: "The provider no longer accepts the sign-in. Work waits until the owner reconnects; nothing is lost.",
    payload: z.object({
      provider,
      reason,
      detail,
      provider_status: z.int().nullable().describe("The HTTP status of the refusal."),
      provider_code: z.string().nullable().describe("The provider's own code for it."),
    }),
    example: {
      provider: "hubspot",
      reason: "provider.unauthorized",
      detail: "HubSpot no longer accepts our sign-in.",
      provider_status: 401,
      provider_code: "EXPIRED_AUTHENTICATION",
    },
  },
  "connection.disconnected": {
    subject: "connection",
    when: "Somebody disconnected an account; for 30 days connecting it again brings everything back.",
    payload: z.object({ provider }),
    example: { provider: "hubspot" },
  },
} as const satisfies Record<string, EventDescription>;

export type EventType = keyof typeof eventTypes;
export type EventPayload<T extends EventType> = z.infer<(typeof eventTypes)[T]["payload"]>;

/** The description of a type that may have been written by a newer or older version of the product. */
export function describeEvent(type: string): EventDescription | null {
  return Object.hasOwn(eventTypes, type) ? eventTypes[type as EventType] : null;
}
