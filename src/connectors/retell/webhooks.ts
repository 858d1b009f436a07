import { createHash } from "node:crypto";
import { z } from "zod";
import { type InboundChange, type InboundPart, retellSignature, type WebhookIntake } from "#connector-kit";
import { PlatformError } from "#core";
import { RetellCall } from "./call.ts";
import { toCompletedCall } from "./to-completed-call.ts";

const Body = z.looseObject({
  event: z.string().min(1).max(100),
  call: z.looseObject({ call_id: z.string().min(1) }).optional(),
  chat: z.looseObject({ chat_id: z.string().min(1) }).optional(),
});

const analysisWaitMs = 15 * 60_000; // the analysis usually takes seconds; after a quarter of an hour we ask for the call

export const webhooks: WebhookIntake = {
  signature: retellSignature(),
  secretField: "api_key",
  routing: "key", // the body names no workspace
  answerWithinMs: 10_000,
  maxBodyBytes: 8_000_000, // each word of a long call is there three times, with its times
  parse,
  toChange,
};

/** One event per body. Retell sends no event id: an event of a call is itself. */
function parse(body: string): InboundPart[] {
  const parsed = Body.safeParse(safeJson(body));
  if (!parsed.success) throw new PlatformError("request.invalid", "Expected one of Retell's events.");
  const { event, call, chat } = parsed.data;
  const subject = call?.call_id ?? chat?.chat_id ?? createHash("sha256").update(body).digest("hex");
  return [{ type: event, dedupeKey: `${event}:${subject}`, body }];
}

function toChange({ type, body }: { type: string; body: string }): InboundChange {
  if (type !== "call_analyzed" && type !== "call_ended") return { kind: "ignored", why: whyIgnored(type) };
  const parsed = RetellCall.safeParse((safeJson(body) as { call?: unknown } | undefined)?.call);
  if (!parsed.success) return { kind: "ignored", why: `${type} names no call and agent.` };
  const call = parsed.data;
  if (type === "call_analyzed") return { kind: "call_completed", call: toCompletedCall(call) };
  return { kind: "call_pending", externalCallId: call.call_id, waitMs: analysisWaitMs };
}

function whyIgnored(type: string): string {
  if (type === "call_started" || type === "transcript_updated") return "The call is still going on.";
  if (type.startsWith("transfer_")) return "A transfer; the call itself ends with call_ended.";
  if (type.startsWith("chat_")) return "A chat, not a call.";
  return `We do nothing on ${type}.`;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
