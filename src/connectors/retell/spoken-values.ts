import { Appointment } from "#model";
import type { RetellCall } from "./call.ts";

/**
 * What the call taught us, by any of these names: first from the analysis (which has seen the whole call), then from
 * what was collected during it. Empty values count as absent.
 */
export function learnedValue(call: RetellCall, ...names: string[]): unknown {
  return firstValue([call.call_analysis?.custom_analysis_data, call.collected_dynamic_variables], names);
}

/** The same, and failing that what the call was started with: who somebody is was often known before. */
export function knownText(call: RetellCall, ...names: string[]): string | null {
  return toText(learnedValue(call, ...names) ?? firstValue([call.retell_llm_dynamic_variables], names));
}

export function learnedText(call: RetellCall, ...names: string[]): string | null {
  return toText(learnedValue(call, ...names));
}

function firstValue(
  sources: readonly (Record<string, unknown> | null | undefined)[],
  names: readonly string[],
): unknown {
  for (const source of sources) {
    for (const name of names) {
      const value = source?.[name];
      if (value !== undefined && value !== null && value !== "") return value;
    }
  }
  return undefined;
}

function toText(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : null;
}

/**
 * The appointment, from one object `appointment_booked` (or its JSON) or from `appointment_date`, `appointment_time`,
 * `appointment_timezone` and `appointment_duration_minutes`. Null unless day, time and zone are all plain: a language
 * model fills these in, and a guessed hour is worse than none. What the call was started with does not count: a reminder
 * starts with the appointment it reminds of.
 */
export function learnedAppointment(call: RetellCall): Appointment | null {
  if (call.call_status === "not_connected") return null;
  const whole = parseJson(learnedValue(call, "appointment_booked", "appointment"));
  const fields = isObject(whole) ? whole : {};
  const minutes = Number(
    fields.durationMinutes ?? fields.duration_minutes ?? learnedValue(call, "appointment_duration_minutes"),
  );
  const parsed = Appointment.safeParse({
    date: fields.date ?? learnedText(call, "appointment_date"),
    time: clockTime(fields.time ?? learnedText(call, "appointment_time")),
    timezone: fields.timezone ?? knownText(call, "appointment_timezone", "timezone", "time_zone"),
    ...(Number.isInteger(minutes) && minutes > 0 ? { durationMinutes: minutes } : {}),
  });
  return parsed.success ? parsed.data : null;
}

/** "14:00", "9:30" or "2:30 PM" as HH:MM. */
function clockTime(value: unknown): string | null {
  const [, hours, minutes = "00", half] =
    /^(\d{1,2})(?::(\d\d))?(?::\d\d)?\s*([ap])?\.?m?\.?$/i.exec(String(value ?? "").trim()) ?? [];
  if (hours === undefined) return null;
  if (half === undefined) return `${hours.padStart(2, "0")}:${minutes}`;
  if (Number(hours) < 1 || Number(hours) > 12) return null;
  const hour = (Number(hours) % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  return `${String(hour).padStart(2, "0")}:${minutes}`;
}

function parseJson(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
