import { hash } from "node:crypto";
import { normalizeEmail, toE164 } from "#core";
import { type CallRecord, type CompletedCall, callFields } from "#model";

/** A call ready to be stored: normalised, with the phone as it came and the hash by which a repeated call is known. */
export interface NormalizedCall extends Omit<CallRecord, "id"> {
  customer_phone_raw: string | null;
  body_hash: string;
}

/** Normalises a parsed call. `country` is the tenant's, for numbers without a country code. */
export function normalizeCall(received: CompletedCall, country: string): NormalizedCall {
  const call = storable(received);
  const startedAt = toUtc(call.started_at);
  const endedAt = toUtc(call.ended_at);
  const normalized = {
    call_id: call.call_id,
    agent_id: call.agent_id,
    customer_name: trimmed(call.customer_name),
    customer_phone: toE164(call.customer_phone, country),
    customer_phone_raw: trimmed(call.customer_phone),
    customer_email: normalizeEmail(call.customer_email),
    call_outcome: trimmed(call.call_outcome),
    call_summary: call.call_summary ?? null,
    call_sentiment: trimmed(call.call_sentiment),
    transcript: call.transcript ?? null,
    recording_url: call.recording_url ?? null,
    started_at: startedAt,
    ended_at: endedAt,
    duration_seconds: call.duration_seconds ?? secondsBetween(startedAt, endedAt),
    appointment_booked: call.appointment_booked ?? null,
    extra: extraOf(call, callFields),
  };
  return { ...normalized, body_hash: bodyHash(normalized) };
}

/** The fields beyond the contract's own. */
export function extraOf(received: object, own: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(received).filter(([field]) => !own.includes(field)));
}

/** Equal for two bodies that say the same. */
export function bodyHash(normalized: object): string {
  return hash("sha256", stableJson(normalized), "hex");
}

export function trimmed(text: string | null | undefined): string | null {
  return text?.trim() || null;
}

export function toUtc(instant: string | null | undefined): string | null {
  return instant ? new Date(instant).toISOString() : null;
}

function secondsBetween(start: string | null, end: string | null): number | null {
  if (!start || !end) return null;
  const seconds = Math.round((Date.parse(end) - Date.parse(start)) / 1000);
  return seconds >= 0 ? seconds : null;
}

// PostgreSQL can hold neither NUL nor half a surrogate pair; a transcript cut in the middle of an emoji has one.
const unstorable = /\\u(0000|d[89a-f][0-9a-f]{2})/i;

/** What came, without the characters that cannot be stored. */
export function storable<T>(value: T): T {
  return unstorable.test(JSON.stringify(value)) ? (cleaned(value) as T) : value;
}

function cleaned(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\u0000", "").toWellFormed();
  if (Array.isArray(value)) return value.map(cleaned);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [cleaned(key), cleaned(part)]));
}

/** JSON with sorted keys: two bodies that say the same have the same hash. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
