import { z } from "zod";
import { callFields } from "./call.ts";

const instant = z.iso.datetime({ offset: true });

export const messageDirections = ["inbound", "outbound"] as const;
export type MessageDirection = (typeof messageDirections)[number];

/**
 * A text message of a customer as a host app sends it: `inbound` from the customer, `outbound` to them. Fields beyond
 * these pass through as `extra` and can be mapped.
 */
export const LoggedMessage = z
  .object({
    message_id: z.string().min(1).max(200),
    agent_id: z.string().min(1).max(200),
    conversation_id: z.string().max(200).nullish(),
    direction: z.enum(messageDirections),
    customer_name: z.string().max(300).nullish(),
    customer_phone: z.string().max(60).nullish(),
    customer_email: z.string().max(300).nullish(),
    text: z.string().min(1).max(20_000),
    sent_at: instant.nullish(),
  })
  .catchall(z.unknown());
export type LoggedMessage = z.infer<typeof LoggedMessage>;

/** The contract's own fields; every other key of a message is an extra one. */
export const messageFields = Object.keys(LoggedMessage.shape) as readonly (keyof typeof LoggedMessage.shape)[];

/** Whether only calls have this field of the contract, so that a rule about it says nothing of a message: `call_outcome`. */
export function isOnlyOfCalls(field: string): boolean {
  const [name = ""] = field.split(".");
  const ofCalls: readonly string[] = callFields;
  const ofMessages: readonly string[] = messageFields;
  return ofCalls.includes(name) && !ofMessages.includes(name);
}

/** A message as the connectors get it: stored, normalised, with the names of the contract. */
export interface MessageRecord {
  /** Our own id, a UUID. */
  id: string;
  message_id: string;
  agent_id: string;
  conversation_id: string | null;
  direction: MessageDirection;
  customer_name: string | null;
  /** E.164, or null when what came is not a phone number. */
  customer_phone: string | null;
  /** Lower case. */
  customer_email: string | null;
  text: string;
  /** RFC 3339, UTC. */
  sent_at: string | null;
  extra: Record<string, unknown>;
}
