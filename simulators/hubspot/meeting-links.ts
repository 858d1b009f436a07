export interface MeetingLink {
  id: string;
  slug: string;
  name: string;
  type: string;
  organizerUserId: string;
  durationsMs: number[];
  /** Office hours in the account's own time zone, Monday to Friday. */
  opensAtHour: number;
  closesAtHour: number;
  busy: Array<{ start: number; end: number }>;
}

export interface Slot {
  startMillisUtc: number;
  endMillisUtc: number;
}

/** The free slots of one month: every half hour within office hours that has not begun and meets nothing busy. */
export function freeSlots(
  link: MeetingLink,
  durationMs: number,
  timeZone: string,
  now: number,
  monthOffset: number,
): Slot[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const first = today.with({ day: 1 }).add({ months: monthOffset });
  const slots: Slot[] = [];
  for (let day = first; day.month === first.month; day = day.add({ days: 1 })) {
    if (day.dayOfWeek > 5 || Temporal.PlainDate.compare(day, today) < 0) continue;
    const at = (hour: number) => day.toZonedDateTime({ timeZone, plainTime: { hour } }).epochMilliseconds;
    const closes = at(link.closesAtHour);
    for (let start = at(link.opensAtHour); start + durationMs <= closes; start += 1_800_000) {
      const end = start + durationMs;
      const isTaken = link.busy.some((busy) => busy.start < end && busy.end > start);
      if (start > now && !isTaken) slots.push({ startMillisUtc: start, endMillisUtc: end });
    }
  }
  return slots;
}
