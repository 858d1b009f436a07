import type { Call, CallSync } from "../data/types.ts";
import { duration } from "./instants.ts";

/** "appointment_booked" → "Appointment booked". Outcomes are an open list, so this is a rule and not a table. */
export function outcomeWords(outcome: string): string {
  const words = outcome.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The best name we have for who was on the line. */
export function callerName(
  call: Pick<Call, "customer_name" | "customer_phone" | "customer_email" | "call_id">,
): string {
  return call.customer_name || call.customer_phone || call.customer_email || call.call_id;
}

/** How long a call took: "59 s", "1 min 10 s". */
export function callLength(seconds: number | null): string | null {
  if (seconds === null) return null;
  return seconds < 60 ? `${seconds} s` : duration(seconds * 1_000);
}

/** Why a sync is where it is, in one sentence; the code only when there is no sentence. */
export function syncReason(sync: Pick<CallSync, "state" | "detail" | "reason" | "due_at" | "attempts">): string | null {
  if (sync.detail) return sync.detail;
  if (sync.reason) return sync.reason;
  if (sync.state === "queued" && sync.attempts > 0)
    return `Attempt ${sync.attempts} did not get through; it is tried again.`;
  return null;
}

/** What the person can do about a sync that stopped. */
export type Fix = "retry" | "sync_anyway" | "reconnect" | "none";

export function fixFor(sync: Pick<CallSync, "state">, needsReauth: boolean): Fix {
  if (sync.state === "skipped") return "sync_anyway";
  if (needsReauth && sync.state !== "done") return "reconnect";
  return sync.state === "dead" ? "retry" : "none";
}
