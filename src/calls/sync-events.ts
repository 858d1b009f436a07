import type { NewEvent } from "#events";
import type { ClaimedSync, SyncEnd } from "./sync-store.ts";

/** The events of the units of a slice that came to their end; those that are tried again have none. */
export function endEvents(
  to: { connection_id: string; provider: string },
  claimed: readonly ClaimedSync[],
  ends: readonly SyncEnd[],
): NewEvent[] {
  const states = new Map(ends.map(({ id, state }) => [id, state]));
  return claimed.flatMap(({ syncId, subject }): NewEvent[] => {
    const state = states.get(syncId);
    if (state === undefined || state === "queued") return [];
    const { kind, record } = subject;
    return kind === "call"
      ? [{ type: "call.synced", subjectId: record.id, payload: { call_id: record.call_id, ...to, state } }]
      : [{ type: "message.synced", subjectId: record.id, payload: { message_id: record.message_id, ...to, state } }];
  });
}
