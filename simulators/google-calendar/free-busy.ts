import type { Calendar } from "./calendar.ts";
import { CalendarError, invalid, required } from "./errors.ts";
import { type CalendarEvent, hasOffset, instantOf, isZone, textIn } from "./event.ts";
import type { Account, World } from "./world.ts";

const mostCalendars = 50;

export function queryFreeBusy(world: World, account: Account, body: unknown) {
  const given = (body ?? {}) as Record<string, unknown>;
  const from = readInstant(given.timeMin, "timeMin");
  const to = readInstant(given.timeMax, "timeMax");
  if (to <= from) throw new CalendarError(400, "timeRangeEmpty", "The specified time range is empty.", "calendar");
  const zone = String(given.timeZone ?? "UTC");
  if (!isZone(zone)) throw invalid("Invalid time zone");
  const most = Number(given.calendarExpansionMax ?? mostCalendars);
  if (!(most <= mostCalendars)) throw invalid("calendarExpansionMax may be 50 at most");
  const items = (Array.isArray(given.items) ? given.items : []) as Array<{ id?: unknown }>;
  const calendars: Record<string, unknown> = {};
  for (const [index, { id }] of items.entries()) {
    const name = String(id);
    const calendar = world.calendars.get(name === "primary" ? account.email : name);
    const isSeen = calendar && (account.roles.has(calendar.id) || calendar.isOpen);
    // What cannot be told stands beside an empty list: that is not the same as free.
    if (index >= most) calendars[name] = failed("tooManyCalendarsRequested");
    else if (!calendar || !isSeen) calendars[name] = failed("notFound");
    else {
      calendars[name] = {
        busy: busyTimes(calendar, from, to).map(([start, end]) => ({
          start: textIn(zone, start),
          end: textIn(zone, end),
        })),
      };
    }
  }
  return {
    kind: "calendar#freeBusy",
    timeMin: new Date(from).toISOString(),
    timeMax: new Date(to).toISOString(),
    calendars,
  };
}

/** Spans that are taken, joined where they touch, cut to what was asked. */
function busyTimes(calendar: Calendar, from: number, to: number): Array<[number, number]> {
  const spans = calendar
    .between(from, to)
    .filter((event) => blocks(calendar, event))
    .map(({ start, end }): [number, number] => [
      Math.max(from, instantOf(start, calendar.timeZone)),
      Math.min(to, instantOf(end, calendar.timeZone)),
    ])
    .filter(([start, end]) => end > start)
    .sort(([a], [b]) => a - b);
  const joined: Array<[number, number]> = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && span[0] <= last[1]) last[1] = Math.max(last[1], span[1]);
    else joined.push(span);
  }
  return joined;
}

function blocks(calendar: Calendar, { transparency, eventType, attendees }: CalendarEvent): boolean {
  if (transparency === "transparent" || eventType === "workingLocation") return false;
  return attendees?.find(({ email }) => email === calendar.owner)?.responseStatus !== "declined";
}

function failed(reason: string) {
  return { errors: [{ domain: "global", reason }], busy: [] };
}

export function readInstant(value: unknown, name: string): number {
  if (value === undefined || value === null) throw required(`Missing ${name} parameter.`);
  const text = String(value);
  const ms = hasOffset(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new CalendarError(400, "badRequest", `Bad Request: ${name} needs an offset`);
  return Math.floor(ms / 1_000) * 1_000;
}
