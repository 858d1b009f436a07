import type { RetellCall } from "./call.ts";
import { learnedAppointment, learnedText, learnedValue } from "./spoken-values.ts";

const unanswered = [
  "dial_busy",
  "dial_failed",
  "dial_no_answer",
  "user_declined",
  "invalid_destination",
  "registered_call_timeout",
  "error_user_not_joined",
];

/**
 * How the call came out. Nobody there is no answer, whatever an analysis makes of it. Else the agent's own analysis
 * decides when it has a field `call_outcome`; failing that what is certain: an appointment, a voicemail, a fault.
 * Everything else is `completed`.
 */
export function outcomeOf(call: RetellCall): string {
  const reason = call.disconnection_reason ?? "";
  if (call.call_status === "not_connected" || unanswered.includes(reason)) return "no_answer";
  const told = learnedText(call, "call_outcome");
  if (told)
    return told
      .toLowerCase()
      .replace(/[\s-]+/g, "_")
      .slice(0, 100);
  if (learnedAppointment(call) || isYes(learnedValue(call, "appointment_booked"))) return "appointment_booked";
  if (call.call_analysis?.in_voicemail || reason === "voicemail_reached") return "voicemail";
  if (call.call_status === "error" || reason.startsWith("error_")) return "error";
  return "completed";
}

function isYes(value: unknown): boolean {
  return value === true || (typeof value === "string" && /^(true|yes)$/i.test(value.trim()));
}
