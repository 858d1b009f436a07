import type { Tx } from "#db";
import { type EventPayload, type EventType, eventTypes } from "./event-types.ts";

/** An event to be recorded. Ids are ours, bare. */
export type NewEvent = { [T in EventType]: { type: T; subjectId: string; payload: EventPayload<T> } }[EventType];

/** Adds an event to the tenant's own, in the transaction of what happened. */
export async function recordEvent<T extends EventType>(
  tx: Tx,
  type: T,
  subjectId: string,
  payload: EventPayload<T>,
): Promise<void> {
  await recordEvents(tx, [{ type, subjectId, payload } as NewEvent]);
}

/** Adds many in one statement, in their order. */
export async function recordEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ type, subjectId, payload }) => ({
    type,
    kind: eventTypes[type].subject,
    id: subjectId,
    payload,
  }));
  await tx.query(
    `insert into events (tenant_id, type, subject_kind, subject_id, payload)
     select current_tenant(), type, kind, id, payload
     from jsonb_to_recordset($1::jsonb) as e(type text, kind text, id uuid, payload jsonb)`,
    [JSON.stringify(rows)],
  );
}
