import { normalizeEmail, toE164 } from "#core";
import { type LoggedMessage, type MessageRecord, messageFields } from "#model";
import { bodyHash, extraOf, storable, toUtc, trimmed } from "./normalize.ts";

/** A message ready to be stored: normalised, with the phone as it came and the hash by which a repeated one is known. */
export interface NormalizedMessage extends Omit<MessageRecord, "id"> {
  customer_phone_raw: string | null;
  body_hash: string;
}

/** Normalises a parsed message as calls are. `country` is the tenant's, for numbers without a country code. */
export function normalizeMessage(received: LoggedMessage, country: string): NormalizedMessage {
  const message = storable(received);
  const normalized = {
    message_id: message.message_id,
    agent_id: message.agent_id,
    conversation_id: trimmed(message.conversation_id),
    direction: message.direction,
    customer_name: trimmed(message.customer_name),
    customer_phone: toE164(message.customer_phone, country),
    customer_phone_raw: trimmed(message.customer_phone),
    customer_email: normalizeEmail(message.customer_email),
    text: message.text,
    sent_at: toUtc(message.sent_at),
    extra: extraOf(message, messageFields),
  };
  return { ...normalized, body_hash: bodyHash(normalized) };
}
