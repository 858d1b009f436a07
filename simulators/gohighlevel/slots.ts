import type { Calendar, Location } from "./location.ts";

/** Free starts of a calendar from one instant to another, by day, written in a zone with its offset. */
export function freeSlots(location: Location, calendar: Calendar, from: number, until: number, timeZone: string) {
  const days: Record<string, { slots: string[] }> = {};
  const zone = location.timeZone;
  let day = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate();
  const last = Temporal.Instant.fromEpochMilliseconds(until).toZonedDateTimeISO(zone).toPlainDate();
  for (; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    if (!calendar.openDays.includes(day.dayOfWeek)) continue;
    const opens = day.toZonedDateTime({ timeZone: zone, plainTime: { hour: calendar.opensAt } });
    const closes = day.toZonedDateTime({ timeZone: zone, plainTime: { hour: calendar.closesAt } });
    const step = calendar.slotDuration * 60_000;
    for (let at = opens.epochMilliseconds; at + step <= closes.epochMilliseconds; at += step) {
      if (at < from || at > until || at < location.clock.now() || isTaken(location, calendar, at, at + step)) continue;
      const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
      const key = local.toPlainDate().toString();
      days[key] = {
        slots: [...(days[key]?.slots ?? []), local.toString({ timeZoneName: "never", smallestUnit: "second" })],
      };
    }
  }
  return days;
}

/** Whether another appointment of the calendar stands there. */
export function isTaken(location: Location, calendar: Calendar, start: number, end: number, except?: string): boolean {
  for (const { id, values } of location.tables.appointments.values()) {
    if (id === except || values.calendarId !== calendar.id) continue;
    if (["cancelled", "invalid", "noshow"].includes(String(values.appointmentStatus))) continue;
    if (Number(values.startMs) < end && Number(values.endMs) > start) return true;
  }
  return false;
}

/** Whether the calendar is open for the whole span. */
export function isOpen(location: Location, calendar: Calendar, start: number, end: number): boolean {
  const begins = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(location.timeZone);
  const ends = Temporal.Instant.fromEpochMilliseconds(end).toZonedDateTimeISO(location.timeZone);
  const closes = begins
    .toPlainDate()
    .toZonedDateTime({ timeZone: location.timeZone, plainTime: { hour: calendar.closesAt } });
  return (
    calendar.openDays.includes(begins.dayOfWeek) &&
    begins.hour >= calendar.opensAt &&
    ends.epochMilliseconds <= closes.epochMilliseconds
  );
}
