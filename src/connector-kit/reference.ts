import { htmlToText } from "./html.ts";

const labels = { call: "Call ID:", message: "Message ID:" } as const;

/** The line by which a record that we wrote for a call is recognised at a provider. */
export function callReference(callId: string): string {
  return referenceTo("call", callId);
}

/** The same line for a message. */
export function messageReference(messageId: string): string {
  return referenceTo("message", messageId);
}

/**
 * The reference line of a text or HTML body that we wrote, whatever it refers to; null when it has none. Only the last
 * one counts: a customer may have said "Call ID" too, in a call or in a message, and that stands above ours.
 */
export function readReference(body: string): string | null {
  const start = Math.max(...Object.values(labels).map((label) => body.lastIndexOf(label)));
  if (start === -1) return null;
  const [line = ""] = htmlToText(body.slice(start)).split("\n");
  return oneLine(line);
}

/** The reference line of a call's record; null when the body is none of a call. */
export function readCallReference(body: string): string | null {
  const reference = readReference(body);
  return reference?.startsWith(labels.call) ? reference : null;
}

function referenceTo(kind: keyof typeof labels, id: string): string {
  return `${labels[kind]} ${oneLine(id)}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
