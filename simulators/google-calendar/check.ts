import { CalendarError, invalid, required } from "./errors.ts";
import { type Attendee, type CalendarEvent, type EventTime, hasOffset, instantOf, isZone } from "./event.ts";
import { recurrenceProblem } from "./recurrence.ts";

const writable = [
  "summary",
  "description",
  "location",
  "start",
  "end",
  "recurrence",
  "attendees",
  "status",
  "transparency",
  "visibility",
  "reminders",
  "extendedProperties",
  "conferenceData",
  "source",
  "colorId",
  "guestsCanModify",
  "guestsCanInviteOthers",
  "guestsCanSeeOtherGuests",
  "anyoneCanAddSelf",
  "attachments",
  "outOfOfficeProperties",
  "workingLocationProperties",
  "focusTimeProperties",
];

const choices: Record<string, readonly string[]> = {
  status: ["confirmed", "tentative", "cancelled"],
  transparency: ["opaque", "transparent"],
  visibility: ["default", "public", "private", "confidential"],
  eventType: ["default", "outOfOffice", "focusTime", "workingLocation", "fromGmail", "birthday"],
};
const responses = ["needsAction", "declined", "tentative", "accepted"];

/** What a caller may set of a body; what it may not set is passed over, as the API does. */
export function readWritable(body: unknown): Record<string, unknown> {
  if (body === null || typeof body !== "object" || Array.isArray(body)) throw required("Missing request body.");
  const given = body as Record<string, unknown>;
  return Object.fromEntries(writable.filter((name) => name in given).map((name) => [name, given[name]]));
}

/** Laid over what was there: objects are merged, lists replaced, null clears. */
export function merge(before: Record<string, unknown>, change: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...before };
  for (const [name, value] of Object.entries(change)) {
    const old = merged[name];
    if (value === null) delete merged[name];
    else if (isObject(value) && isObject(old)) merged[name] = merge(old, value);
    else merged[name] = value;
  }
  return merged;
}

export function checkId(id: string): void {
  if (!/^[a-v0-9]{5,1024}$/.test(id)) throw invalid("Invalid resource id value.");
}

export function checkEvent(event: CalendarEvent, calendarZone: string): void {
  for (const [name, allowed] of Object.entries(choices)) {
    const value = event[name];
    if (value !== undefined && !allowed.includes(String(value)))
      throw invalid(`Invalid value for: ${String(value)} is not a valid value of ${name}`);
  }
  checkTime(event.start, "start");
  checkTime(event.end, "end");
  if ((event.start.date === undefined) !== (event.end.date === undefined)) {
    throw invalid("The start and end times must either both be date or both be dateTime.");
  }
  const [start, end] = [instantOf(event.start, calendarZone), instantOf(event.end, calendarZone)];
  if (end < start || (end === start && event.start.date !== undefined)) {
    throw new CalendarError(400, "timeRangeEmpty", "The specified time range is empty.", "calendar");
  }
  checkAttendees(event.attendees);
  if (event.recurrence === undefined) return;
  const problem = isTexts(event.recurrence) ? recurrenceProblem(event.recurrence) : "Invalid recurrence rule.";
  if (problem) throw invalid(problem);
  if (event.start.dateTime !== undefined && event.start.timeZone === undefined) {
    throw required("Missing time zone definition for start time.");
  }
}

function checkTime(time: EventTime | undefined, which: "start" | "end"): void {
  if (
    time === undefined ||
    time === null ||
    typeof time !== "object" ||
    (time.date === undefined && time.dateTime === undefined)
  )
    throw required(`Missing ${which} time.`);
  if (time.date !== undefined && time.dateTime !== undefined) throw invalid(`Invalid ${which} time.`);
  if (time.timeZone !== undefined && !isZone(String(time.timeZone)))
    throw invalid(`Invalid time zone definition for ${which} time.`);
  if (time.date !== undefined) {
    if (!isDay(String(time.date))) throw invalid(`Invalid ${which} time.`);
    return;
  }
  const text = String(time.dateTime);
  if (!isDay(text.slice(0, 10)) || !/^.{10}T\d\d:\d\d:\d\d/.test(text) || Number.isNaN(Date.parse(text)))
    throw invalid(`Invalid ${which} time.`);
  if (!hasOffset(text) && time.timeZone === undefined)
    throw required(`Missing time zone definition for ${which} time.`);
}

function checkAttendees(attendees: Attendee[] | undefined): void {
  if (attendees === undefined) return;
  if (!Array.isArray(attendees) || !attendees.every(isObject)) throw invalid("Invalid attendees.");
  for (const { email, responseStatus } of attendees as Attendee[]) {
    if (typeof email !== "string" || !/^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(email))
      throw invalid("Invalid attendee email.");
    if (responseStatus !== undefined && !responses.includes(responseStatus)) {
      throw invalid("Invalid attendee response status.");
    }
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Also refuses days that no month has, such as 30 February. */
function isDay(text: string): boolean {
  try {
    return /^\d{4}-\d\d-\d\d$/.test(text) && Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
