import { type CallStepInput, renderCallNote } from "#connector-kit";
import { activityAction } from "../activity.ts";

const maxNoteLength = 65_536; // hs_note_body: developers.hubspot.com/docs/api-reference/crm-notes-v3/guide

/** The call as a note on the contact's timeline. A note holds no recording of its own, so it carries the link. */
export const note = activityAction({
  type: "notes",
  associationTypeId: 202,
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
