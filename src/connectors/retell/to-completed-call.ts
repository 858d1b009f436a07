import type { CompletedCall } from "#model";
import type { RetellCall } from "./call.ts";
import { outcomeOf } from "./outcome.ts";
import { knownText, learnedAppointment } from "./spoken-values.ts";

/** Retell's call as contract 1. Extra fields: what the analysis found, by its own names, and what only Retell knows. */
export function toCompletedCall(call: RetellCall): CompletedCall {
  const analysis = call.call_analysis;
  return {
    ...analysis?.custom_analysis_data, // first, so that none of them can pose as a field of the contract
    call_id: call.call_id,
    agent_id: call.agent_id,
    customer_name: cut(customerName(call), 300),
    customer_phone: cut(customerPhone(call), 60),
    customer_email: cut(knownText(call, "customer_email", "email"), 300),
    call_outcome: outcomeOf(call),
    call_summary: cut(analysis?.call_summary, 20_000),
    call_sentiment: cut(analysis?.user_sentiment?.toLowerCase(), 50),
    transcript: cut(call.transcript, 400_000),
    recording_url: webUrl(call.recording_url ?? call.scrubbed_recording_url),
    started_at: instant(call.start_timestamp),
    ended_at: instant(call.end_timestamp),
    duration_seconds: durationSeconds(call),
    appointment_booked: learnedAppointment(call),
    ...present({
      direction: call.direction,
      call_type: call.call_type,
      disconnection_reason: call.disconnection_reason,
      agent_name: call.agent_name,
      agent_version: call.agent_version,
      call_successful: analysis?.call_successful,
      in_voicemail: analysis?.in_voicemail,
      public_log_url: call.public_log_url,
      custom_analysis_data: analysis?.custom_analysis_data,
      collected_dynamic_variables: call.collected_dynamic_variables,
      metadata: call.metadata,
    }),
  };
}

/** The other end of the line; for a web call, or a withheld number, what the caller said. */
function customerPhone(call: RetellCall): string | null {
  const line = call.direction === "outbound" ? call.to_number : call.from_number;
  // Withheld callers arrive as "anonymous" and the like, SIP calls as addresses.
  return line && /^\+\d{7,15}$/.test(line) ? line : knownText(call, "customer_phone", "callback_number", "phone");
}

function customerName(call: RetellCall): string | null {
  const whole = knownText(call, "customer_name", "caller_name", "name");
  if (whole) return whole;
  const parts = [knownText(call, "first_name"), knownText(call, "last_name")].filter(Boolean);
  return parts.length > 0 ? parts.join(" ") : null;
}

function durationSeconds({ duration_ms, start_timestamp, end_timestamp }: RetellCall): number | null {
  const ms = duration_ms ?? (start_timestamp && end_timestamp ? end_timestamp - start_timestamp : null);
  return ms === null || ms < 0 ? null : Math.min(Math.round(ms / 1_000), 7 * 86_400);
}

/** Milliseconds as RFC 3339, for the years that it can write. */
function instant(ms: number | null | undefined): string | null {
  return ms && ms > 0 && ms < 253_402_300_800_000 ? new Date(ms).toISOString() : null;
}

function webUrl(text: string | null | undefined): string | null {
  return text && text.length <= 2_000 && URL.canParse(text) && /^https?:/i.test(text) ? text : null;
}

function cut(text: string | null | undefined, maxLength: number): string | null {
  return text ? text.slice(0, maxLength).toWellFormed() : null;
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}
