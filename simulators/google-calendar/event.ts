/** A start or an end: a day, or an instant with an offset or a zone. */
export interface EventTime {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

export interface Attendee {
  email: string;
  displayName?: string;
  optional?: boolean;
  organizer?: boolean;
  self?: boolean;
  responseStatus?: string;
}

export interface CalendarEvent {
  id: string;
  status: "confirmed" | "tentative" | "cancelled";
  created: string;
  updated: string;
  summary?: string;
  description?: string;
  location?: string;
  creator: { email: string; self?: boolean };
  organizer: { email: string; displayName?: string; self?: boolean };
  start: EventTime;
  end: EventTime;
  recurrence?: string[];
  recurringEventId?: string;
  originalStartTime?: EventTime;
  transparency?: string;
  iCalUID: string;
  sequence: number;
  attendees?: Attendee[];
  extendedProperties?: { private?: Record<string, string>; shared?: Record<string, string> };
  conferenceData?: { createRequest?: { requestId: string; [name: string]: unknown }; [name: string]: unknown };
  eventType: string;
  [name: string]: unknown;
}

/** An event as a calendar keeps it. */
export interface Kept {
  event: CalendarEvent;
  /** Where it stands in the order in which events were made. */
  number: number;
  /** Grows with every change in the calendar; sync tokens are made of it. */
  change: number;
  updatedAt: number;
  meetAskedAt: number | undefined;
}

/** The instant of a start or end; days begin in the calendar's zone. */
export function instantOf(time: EventTime, calendarZone: string): number {
  if (time.date !== undefined) {
    return Temporal.PlainDate.from(time.date).toZonedDateTime(calendarZone).epochMilliseconds;
  }
  const text = time.dateTime ?? "";
  if (hasOffset(text)) return Date.parse(text);
  return Temporal.PlainDateTime.from(text).toZonedDateTime(time.timeZone ?? calendarZone).epochMilliseconds;
}

export function hasOffset(text: string): boolean {
  return /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text);
}

/** `2026-11-01T09:00:00-05:00`, as the API writes an instant in a zone. */
export function textIn(zone: string, ms: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(ms / 1_000) * 1_000);
  if (zone === "UTC") return at.toString();
  return at.toZonedDateTimeISO(zone).toString({ timeZoneName: "never" });
}

export function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}
