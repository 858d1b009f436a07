import { type MessageStepInput, messageReference, renderMessageNote } from "#connector-kit";
import { activityAction, maxNoteLength } from "../activity.ts";

/** A text message as a note on the contact's timeline, at the time it was sent. */
export const message = activityAction<MessageStepInput>({
  type: "notes",
  associationTypeId: 202,
  reference: ({ message }) => messageReference(message.message_id),
  referenceProperty: "hs_note_body",
  skip: () => null,
  properties: ({ message }) => ({
    hs_note_body: renderMessageNote(message, { maxLength: maxNoteLength }),
    // One that came without its time is put where it is written: now.
    hs_timestamp: message.sent_at ?? new Date().toISOString(),
  }),
});
