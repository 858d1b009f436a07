import { createHash } from "node:crypto";
import type { Calendar } from "./calendar.ts";
import { CalendarError, fullSyncRequired, invalid } from "./errors.ts";
import { type CalendarEvent, instantOf, isZone, type Kept } from "./event.ts";
import { readInstant } from "./free-busy.ts";
import { viewCancelled, viewEvent } from "./view.ts";
import type { World } from "./world.ts";

/** Where a page ends, and what the walk began with. */
interface Place {
  calendar: string;
  /** The change up to which the walk looks: it becomes the next sync token. */
  upTo: number;
  query: string;
  after?: [key: number, id: string];
}

interface Item {
  key: number;
  id: string;
  view: () => unknown;
}

const dayMs = 86_400_000;
const notWithSync = [
  "iCalUID",
  "orderBy",
  "privateExtendedProperty",
  "q",
  "sharedExtendedProperty",
  "timeMin",
  "timeMax",
  "updatedMin",
];
// These may differ from call to call without making it another walk.
const free = new Set([
  "pageToken",
  "syncToken",
  "maxResults",
  "timeMin",
  "timeMax",
  "alt",
  "prettyPrint",
  "fields",
  "quotaUser",
]);

export function listEvents(world: World, calendar: Calendar, query: URLSearchParams) {
  const limit = Number(query.get("maxResults") ?? 250);
  if (!Number.isInteger(limit) || limit < 1) throw invalid("Invalid value for maxResults");
  const zone = query.get("timeZone") ?? calendar.timeZone;
  if (!isZone(zone)) throw invalid("Invalid time zone");
  const since = readSync(calendar, query);
  const place = query.has("pageToken") ? readPlace(query.get("pageToken"), calendar) : undefined;
  if (place && place.query !== queryKey(query)) throw invalid("Invalid page token value.");
  const upTo = place?.upTo ?? calendar.change();
  const items = (
    since === undefined ? fullItems(world, calendar, query, zone) : changedItems(world, calendar, query, zone, since)
  )
    .sort(inOrder)
    .filter((item) => !place?.after || inOrder(item, { key: place.after[0], id: place.after[1] }) > 0);
  const page = items.slice(0, Math.min(limit, 2_500));
  const last = page.at(-1);
  const tokens =
    items.length > page.length && last
      ? {
          nextPageToken: writePlace({
            calendar: calendar.id,
            upTo,
            query: queryKey(query),
            after: [last.key, last.id],
          }),
        }
      : { nextSyncToken: writePlace({ calendar: calendar.id, upTo, query: queryKey(query) }) };
  return {
    kind: "calendar#events",
    etag: `"${upTo}"`,
    summary: calendar.summary,
    updated: new Date(world.base.clock.now()).toISOString(),
    timeZone: zone,
    defaultReminders: [],
    ...tokens,
    items: page.map(({ view }) => view()),
  };
}

function fullItems(world: World, calendar: Calendar, query: URLSearchParams, zone: string): Item[] {
  const span = readSpan(world, query);
  const isSplit = query.get("singleEvents") === "true";
  const order = query.get("orderBy");
  if (order !== null && order !== "startTime" && order !== "updated")
    throw invalid(`Invalid value for orderBy: ${order}`);
  if (order === "startTime" && !isSplit) {
    throw new CalendarError(400, "badRequest", "The requested ordering is not available for the particular query.");
  }
  const showsDeleted = query.get("showDeleted") === "true";
  const matches = filterOf(query);
  const updatedMin = query.has("updatedMin") ? readInstant(query.get("updatedMin"), "updatedMin") : undefined;
  if (updatedMin !== undefined && updatedMin < world.base.clock.now() - 28 * dayMs) {
    throw new CalendarError(
      410,
      "updatedMinTooLongAgo",
      "The requested minimum modification time lies too far in the past.",
      "calendar",
    );
  }
  const items: Item[] = [];
  for (const kept of calendar.all()) {
    const { event } = kept;
    if (updatedMin !== undefined && kept.updatedAt < updatedMin) continue;
    if (!matches(event)) continue;
    if (event.status === "cancelled") {
      const isHole = event.recurringEventId !== undefined && !isSplit;
      if (showsDeleted || isHole || updatedMin !== undefined)
        items.push({ key: kept.number, id: event.id, view: () => viewCancelled(kept) });
      continue;
    }
    for (const one of parts(calendar, kept, isSplit, span)) {
      const key =
        order === "startTime"
          ? instantOf(one.start, calendar.timeZone)
          : order === "updated"
            ? kept.updatedAt
            : kept.number;
      items.push({ key, id: one.id, view: () => viewEvent(world, calendar, one, zone) });
    }
  }
  return items;
}

/** The event, or its occurrences, as far as they touch the span. */
function parts(
  calendar: Calendar,
  { event }: Kept,
  isSplit: boolean,
  { from, to, isOpen }: ReturnType<typeof readSpan>,
): CalendarEvent[] {
  if (!event.recurrence) {
    const [start, end] = [instantOf(event.start, calendar.timeZone), instantOf(event.end, calendar.timeZone)];
    return isOpen || (end > from && start < to) ? [event] : [];
  }
  const occurrences = calendar
    .between(from, to)
    .filter((one) => one.recurringEventId === event.id && !calendar.get(one.id));
  if (isSplit) return occurrences;
  return isOpen || occurrences.length > 0 ? [event] : [];
}

function changedItems(world: World, calendar: Calendar, query: URLSearchParams, zone: string, since: number): Item[] {
  const isSplit = query.get("singleEvents") === "true";
  const span = readSpan(world, new URLSearchParams());
  return calendar
    .all()
    .filter(({ change }) => change > since)
    .flatMap((kept): Item[] => {
      const { event, change } = kept;
      if (event.status === "cancelled") return [{ key: change, id: event.id, view: () => viewCancelled(kept) }];
      return parts(calendar, kept, isSplit, span).map((one) => ({
        key: change,
        id: one.id,
        view: () => viewEvent(world, calendar, one, zone),
      }));
    });
}

function readSync(calendar: Calendar, query: URLSearchParams): number | undefined {
  const token = query.get("syncToken");
  if (token === null) return undefined;
  const wrong = notWithSync.find((name) => query.has(name));
  if (wrong !== undefined) throw invalid(`The parameter ${wrong} cannot be used together with syncToken.`);
  let place: Place;
  try {
    place = readPlace(token, calendar);
  } catch {
    throw fullSyncRequired();
  }
  if (place.upTo < calendar.syncFloor) throw fullSyncRequired();
  if (place.query !== queryKey(query)) throw invalid("The sync token was given out for other parameters.");
  return place.upTo;
}

function readSpan(world: World, query: URLSearchParams) {
  const [min, max] = ["timeMin", "timeMax"].map((name) =>
    query.has(name) ? readInstant(query.get(name), name) : undefined,
  );
  if (min !== undefined && max !== undefined && max <= min) {
    throw new CalendarError(400, "timeRangeEmpty", "The specified time range is empty.", "calendar");
  }
  // A series without an end is told for two years from now.
  const horizon = world.base.clock.now() + 730 * dayMs;
  return { from: min ?? 0, to: max ?? horizon, isOpen: min === undefined && max === undefined };
}

function filterOf(query: URLSearchParams): (event: CalendarEvent) => boolean {
  const text = query.get("q")?.toLowerCase();
  const uid = query.get("iCalUID");
  const types = query.getAll("eventTypes");
  const properties = (["private", "shared"] as const).flatMap((kind) =>
    query.getAll(`${kind}ExtendedProperty`).map((pair) => {
      const cut = pair.indexOf("=");
      if (cut < 1) throw invalid(`Invalid value for ${kind}ExtendedProperty: ${pair}`);
      return { kind, name: pair.slice(0, cut), value: pair.slice(cut + 1) };
    }),
  );
  return (event) =>
    (uid === null || event.iCalUID === uid) &&
    (types.length === 0 || types.includes(event.eventType)) &&
    properties.every(({ kind, name, value }) => event.extendedProperties?.[kind]?.[name] === value) &&
    (text === undefined ||
      [event.summary, event.description, event.location, ...(event.attendees ?? []).map(({ email }) => email)].some(
        (one) => one?.toLowerCase().includes(text),
      ));
}

function queryKey(query: URLSearchParams): string {
  const pairs = [...query].filter(([name]) => !free.has(name)).map(([name, value]) => `${name}=${value}`);
  return createHash("sha256").update(pairs.sort().join("&")).digest("base64url").slice(0, 12);
}

function writePlace(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

function readPlace(token: string | null, calendar: Calendar): Place {
  try {
    const place = JSON.parse(Buffer.from(token ?? "", "base64url").toString("utf8")) as Place;
    if (place.calendar === calendar.id && Number.isInteger(place.upTo)) return place;
  } catch {
    // Falls through to the refusal.
  }
  throw invalid("Invalid page token value.");
}

function inOrder(a: { key: number; id: string }, b: { key: number; id: string }): number {
  return a.key - b.key || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
