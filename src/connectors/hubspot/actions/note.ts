import { type CallStepInput, callReference, renderCallNote } from "#connector-kit";
import { activityAction, maxNoteLength } from "../activity.ts";

/** The call as a note on the contact's timeline. A note holds no recording of its own, so it carries the link. */
export const note = activityAction<CallStepInput>({
  type: "notes",
  associationTypeId: 202,
  reference: ({ call }) => callReference(call.call_id),
  referenceProperty: "hs_note_body",
  skip: () => null,
  properties: ({ call }, { log_transcript }) => ({
    hs_note_body: renderCallNote(call, { maxLength: maxNoteLength, transcript: log_transcript }),
    hs_timestamp: calledAt({ call }),
  }),
});

/** Where on the timeline the call belongs. A call that came without any time is put where it is written: now. */
function calledAt({ call }: Pick<CallStepInput, "call">): string {
  return call.ended_at ?? call.started_at ?? new Date().toISOString();
}
