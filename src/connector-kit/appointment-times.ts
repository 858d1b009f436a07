import type { Appointment } from "#model";

/** When an appointment really is: its start and end as RFC 3339 UTC. */
export interface AppointmentTimes {
  start: string;
  end: string;
}

/**
 * From the business's wall clock to instants, by the zone's own rules for that day. A time that the clocks skip in
 * spring is taken as the time it then shows (02:30 → 03:30); one that happens twice in autumn is the first. The length
 * is elapsed time, so an hour across a change of clocks is an hour.
 */
export function appointmentTimes({ date, time, timezone, durationMinutes }: Appointment): AppointmentTimes {
  const start = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(timezone, {
    disambiguation: "compatible",
  });
  return { start: toIso(start), end: toIso(start.add({ minutes: durationMinutes })) };
}

function toIso(at: Temporal.ZonedDateTime): string {
  return at.toInstant().toString({ smallestUnit: "millisecond" });
}
