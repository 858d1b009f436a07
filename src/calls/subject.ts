import type { CallRecord, MessageRecord } from "#model";

/** What is written to a CRM: a finished call or a text message. */
export type Subject = { kind: "call"; record: CallRecord } | { kind: "message"; record: MessageRecord };

export function callSubject(record: CallRecord): Subject {
  return { kind: "call", record };
}

export function messageSubject(record: MessageRecord): Subject {
  return { kind: "message", record };
}
