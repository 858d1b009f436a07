import type { MessageRecord } from "#model";
import { section } from "./call-note.ts";
import { escapeHtml } from "./html.ts";
import { messageReference } from "./reference.ts";

/**
 * A text message as an HTML note of at most `maxLength` characters: which way it went, its words, the number, and as its
 * last line our reference, by which the note is recognised later. Words that do not fit are cut, and that is said.
 */
export function renderMessageNote(message: MessageRecord, { maxLength }: { maxLength: number }): string {
  const title = message.direction === "inbound" ? "SMS received:" : "SMS sent:";
  const foot = [
    message.customer_phone ? `<p>${escapeHtml(`Phone: ${message.customer_phone}`)}</p>` : "",
    `<p>${escapeHtml(messageReference(message.message_id))}</p>`,
  ].join("");
  const cut = { what: "Text", keptWith: "message" };
  return section(title, message.text, maxLength - foot.length, cut) + foot;
}
