import { type Html, html, htmlTable } from "#simulators/kit";
import type { Calendar } from "./calendar.ts";
import type { EventTime } from "./event.ts";
import type { World } from "./world.ts";

const pageSize = 50;

/** What a calendar holds, newest first, with its notification channels and the mails to guests. */
export function showWorld(world: World, query: URLSearchParams): Html {
  const calendar = chosen(world, query);
  const after = Number(query.get("after") ?? 0) || 0;
  const events = calendar.all().toReversed();
  const href = (id: string, more: Record<string, string> = {}) =>
    `/_simulator?${new URLSearchParams({ calendar: id, ...more })}`;
  return html`<nav aria-label="Calendars">${[...world.calendars.values()].map((one) =>
    one === calendar ? html`<strong>${one.summary}</strong>` : html`<a href="${href(one.id)}">${one.summary}</a>`,
  )}</nav>
${htmlTable(
  `Events of ${calendar.summary} (${calendar.timeZone}): ${events.length}, newest first`,
  ["Id", "Summary", "Start", "End", "Status", "Guests", "Description", "Repeats", "Changed"],
  events
    .slice(after, after + pageSize)
    .map(({ event }) => [
      event.id,
      event.summary,
      timeText(event.start),
      timeText(event.end),
      event.status,
      (event.attendees ?? []).map(({ email, responseStatus }) => `${email} (${responseStatus})`).join(", "),
      event.description,
      event.recurrence?.join(" "),
      event.updated,
    ]),
)}
<nav aria-label="Pages">${after > 0 && html`<a href="${href(calendar.id)}">First page</a>`}${events.length > after + pageSize && html`<a rel="next" href="${href(calendar.id, { after: String(after + pageSize) })}">Next page</a>`}</nav>
${htmlTable(
  "Notification channels",
  ["Channel", "Calendar", "Address", "Expires", "Messages"],
  world.channels
    .list()
    .map((one) => [one.id, one.calendarId, one.address, new Date(one.expiresAt).toISOString(), one.messages]),
)}
${htmlTable(
  "Mails to guests",
  ["At", "Kind", "Event", "To"],
  world.mails.slice(-pageSize).map(({ at, kind, eventId, to }) => [at, kind, eventId, to.join(", ")]),
)}`;
}

/** The same as JSON: counts of every calendar, and with `?calendar=` a page of events. */
export function readState(world: World, query: URLSearchParams): unknown {
  if (!query.has("calendar")) {
    return {
      now: new Date(world.base.clock.now()).toISOString(),
      accounts: [...world.accounts.values()].map(({ roles, ...account }) => ({
        ...account,
        calendars: Object.fromEntries(roles),
      })),
      calendars: [...world.calendars.values()].map((calendar) => ({
        id: calendar.id,
        summary: calendar.summary,
        timeZone: calendar.timeZone,
        events: calendar.all().filter(({ event }) => event.status !== "cancelled").length,
      })),
      channels: world.channels.list().map(({ token: _token, ...channel }) => channel),
      mails: world.mails,
    };
  }
  const events = chosen(world, query).all();
  const after = Number(query.get("after") ?? 0) || 0;
  const limit = Math.min(Number(query.get("limit") ?? 100) || 100, 1_000);
  const records = events.slice(after, after + limit).map(({ event }) => event);
  const more = after + records.length < events.length ? { after: after + records.length } : {};
  return { total: events.length, records, ...more };
}

function chosen(world: World, query: URLSearchParams): Calendar {
  const found = world.calendars.get(query.get("calendar") ?? "") ?? [...world.calendars.values()][0];
  if (!found) throw new Error("There is no calendar");
  return found;
}

function timeText({ date, dateTime, timeZone }: EventTime): string {
  return date ?? `${dateTime ?? ""}${timeZone === undefined ? "" : ` ${timeZone}`}`;
}
