import type { CallRecord } from "#model";
import { cutToHtml, escapeHtml } from "./html.ts";
import { callReference } from "./reference.ts";

/** How a provider wants the note. */
export interface CallNoteOptions {
  /** The provider's limit in characters of HTML. The transcript gives way first, then the summary; what was cut is said. */
  maxLength: number;
  transcript: boolean;
}

/**
 * A call as an HTML note: outcome, sentiment, duration, summary, recording link, transcript, and as its last line our
 * reference, by which the note is recognised later.
 */
export function renderCallNote(call: CallRecord, { maxLength, transcript }: CallNoteOptions): string {
  const head = [
    `<p><strong>${escapeHtml(`Call: ${spoken(call.call_outcome ?? "completed")}`)}</strong></p>`,
    facts(call),
    call.recording_url ? `<p><a href="${escapeHtml(call.recording_url)}">Recording</a></p>` : "",
  ].join("");
  const foot = `<p>${escapeHtml(callReference(call.call_id))}</p>`;
  const room = maxLength - head.length - foot.length;
  const summary = section("Summary", call.call_summary, room);
  return head + summary + (transcript ? section("Transcript", call.transcript, room - summary.length) : "") + foot;
}

/** A code as people read it: `appointment_booked` → "Appointment booked". */
export function spoken(code: string): string {
  const words = code.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function facts(call: CallRecord): string {
  const parts = [
    call.call_sentiment && `Sentiment: ${spoken(call.call_sentiment)}`,
    call.duration_seconds !== null && `Duration: ${minutes(call.duration_seconds)}`,
    call.customer_phone && `Phone: ${call.customer_phone}`,
  ].filter((part) => typeof part === "string" && part !== "");
  return parts.length === 0 ? "" : `<p>${parts.map((part) => escapeHtml(String(part))).join("<br>")}</p>`;
}

function minutes(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A titled paragraph cut to the room that is left; `what` was cut, and where the whole is kept, is said. */
export function section(
  title: string,
  text: string | null,
  room: number,
  { what, keptWith }: { what: string; keptWith: string } = { what: title, keptWith: "call" },
): string {
  if (!text) return "";
  const wrap = (html: string) => `<p><strong>${title}</strong><br>${html}</p>`;
  const whole = cutToHtml(text, room - wrap("").length);
  if (whole.shown === whole.total) return wrap(whole.html);
  const note = (shown: number) =>
    `<br>[${what} cut: the first ${shown} of ${whole.total} characters are shown; the whole is kept with the ${keptWith}.]`;
  const part = cutToHtml(text, room - wrap(note(whole.total)).length);
  return part.shown === 0 ? "" : wrap(part.html + note(part.shown));
}
