import { z } from "zod";

const instant = z.iso.datetime({ offset: true });

/** The appointment a call ended with, in the business's local time (contract 1). */
export const Appointment = z.strictObject({
  date: z.iso.date(),
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Expected HH:MM."),
  timezone: z.string().refine(isTimeZone, "Expected an IANA time zone such as America/New_York."),
  durationMinutes: z
    .int()
    .min(1)
    .max(24 * 60)
    .default(60),
});
export type Appointment = z.infer<typeof Appointment>;

/**
 * A finished call as a host app sends it (contract 1). The list of outcomes is open; fields beyond these pass through
 * as `extra` and can be mapped.
 */
export const CompletedCall = z
  .object({
    call_id: z.string().min(1).max(200),
    agent_id: z.string().min(1).max(200),
    customer_name: z.string().max(300).nullish(),
    customer_phone: z.string().max(60).nullish(),
    customer_email: z.string().max(300).nullish(),
    call_outcome: z.string().max(100).nullish(),
    call_summary: z.string().max(20_000).nullish(),
    call_sentiment: z.string().max(50).nullish(),
    transcript: z.string().max(400_000).nullish(),
    recording_url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .nullish(),
    started_at: instant.nullish(),
    ended_at: instant.nullish(),
    duration_seconds: z
      .number()
      .int()
      .min(0)
      .max(7 * 86_400)
      .nullish(),
    appointment_booked: Appointment.nullish(),
  })
  .catchall(z.unknown());
export type CompletedCall = z.infer<typeof CompletedCall>;

/** The contract's own fields; every other key of a call is an extra one. */
export const callFields = Object.keys(CompletedCall.shape) as readonly (keyof typeof CompletedCall.shape)[];

/** A call as the connectors get it: stored, normalised, with the names of the contract. */
export interface CallRecord {
  /** Our own id, a UUID. */
  id: string;
  call_id: string;
  agent_id: string;
  customer_name: string | null;
  /** E.164, or null when what came is not a phone number. */
  customer_phone: string | null;
  /** Lower case. */
  customer_email: string | null;
  call_outcome: string | null;
  call_summary: string | null;
  call_sentiment: string | null;
  transcript: string | null;
  recording_url: string | null;
  /** RFC 3339, UTC. */
  started_at: string | null;
  ended_at: string | null;
  duration_seconds: number | null;
  appointment_booked: Appointment | null;
  extra: Record<string, unknown>;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
