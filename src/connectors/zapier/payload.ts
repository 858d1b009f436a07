import { type CallRecord, callFields, type MessageRecord, messageFields } from "#model";

/** What a Zap receives: contract 1, every field always there, since a missing key breaks a mapped step. */
export function toPayload(call: CallRecord, mapped: Record<string, unknown>, sentAt: Date) {
  const own = Object.fromEntries(callFields.map((field) => [field, inSeconds(call[field])]));
  return { action: "call_completed", call: { ...call.extra, ...mapped, ...own }, timestamp: timestamp(sentAt) };
}

/** The same for a text message. */
export function toMessagePayload(message: MessageRecord, mapped: Record<string, unknown>, sentAt: Date) {
  const own = Object.fromEntries(messageFields.map((field) => [field, inSeconds(message[field])]));
  return { action: "message_logged", message: { ...message.extra, ...mapped, ...own }, timestamp: timestamp(sentAt) };
}

function timestamp(sentAt: Date): string {
  return sentAt.toISOString().replace(/\.\d+Z$/, "Z");
}

/** The contract writes whole seconds without a fraction. */
function inSeconds(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.0+Z$/, "$1Z") : value;
}
