import type { Calendar } from "./calendar.ts";
import { checkEvent, checkId, merge, readWritable } from "./check.ts";
import { CalendarError, gone, invalid, notFound } from "./errors.ts";
import type { Attendee, CalendarEvent, Kept } from "./event.ts";
import type { Mail, World } from "./world.ts";

export interface WriteOptions {
  /** The account that writes. */
  email: string;
  sendUpdates: "all" | "externalOnly" | "none";
  withConference: boolean;
}

const copied = [
  "summary",
  "description",
  "location",
  "start",
  "end",
  "recurrence",
  "attendees",
  "status",
  "conferenceData",
];
/** What a guest may change in the own copy. */
const guestsOwn = new Set(["attendees", "reminders", "colorId", "transparency", "visibility"]);

export function insertEvent(world: World, calendar: Calendar, body: unknown, options: WriteOptions): Kept {
  const fields = readWritable(body);
  const { id: wanted, iCalUID, eventType } = body as Record<string, unknown>;
  if (wanted !== undefined && iCalUID !== undefined) throw invalid("Only one of id and iCalUID may be given.");
  const id = wanted === undefined ? newId(world) : String(wanted);
  checkId(id);
  if (calendar.get(id)) throw new CalendarError(409, "duplicate", "The requested identifier already exists.");
  const now = world.base.clock.now();
  const event = {
    ...withoutConference(fields, options),
    id,
    status: fields.status ?? "confirmed",
    created: new Date(now).toISOString(),
    updated: new Date(now).toISOString(),
    creator: { email: options.email },
    organizer: { email: calendar.id === calendar.owner ? calendar.owner : calendar.id },
    iCalUID: iCalUID ?? `${id}@google.com`,
    sequence: 0,
    eventType: eventType ?? "default",
  } as unknown as CalendarEvent;
  return commit(world, calendar, event, options, "invitation", []);
}

export function changeEvent(
  world: World,
  calendar: Calendar,
  id: string,
  body: unknown,
  options: WriteOptions & { replaces: boolean; ifMatch: string | undefined },
): Kept {
  const { kept, event } = find(calendar, id);
  checkMatch(kept, options.ifMatch);
  const change = withoutConference(readWritable(body), options);
  const isGuest = isGuestCopy(calendar, event);
  if (isGuest && event.guestsCanModify !== true && Object.keys(change).some((name) => !guestsOwn.has(name))) {
    throw new CalendarError(
      403,
      "forbiddenForNonOrganizer",
      "Shared properties can only be changed by the organizer of the event.",
      "calendar",
    );
  }
  const before = options.replaces ? keepOwn(event) : event;
  const changed = merge(before, change) as CalendarEvent;
  changed.sequence = event.sequence + (movesIt(event, changed) ? 1 : 0);
  if (isGuest) return answerInvitation(world, calendar, event, changed);
  return commit(world, calendar, changed, options, "update", event.attendees ?? []);
}

export function deleteEvent(
  world: World,
  calendar: Calendar,
  id: string,
  options: WriteOptions & { ifMatch: string | undefined },
): void {
  const { kept, event } = find(calendar, id);
  if (event.status === "cancelled") throw gone();
  checkMatch(kept, options.ifMatch);
  const cancelled: CalendarEvent = { ...event, status: "cancelled", sequence: event.sequence + 1 };
  if (isGuestCopy(calendar, event)) {
    store(world, calendar, cancelled);
    return;
  }
  commit(world, calendar, cancelled, options, "cancellation", event.attendees ?? []);
  // A series takes its exceptions along.
  for (const one of calendar.exceptions(id)) {
    if (one.event.status !== "cancelled") store(world, calendar, { ...one.event, status: "cancelled" });
  }
}

/** An event, or an occurrence that nobody has touched yet. */
export function find(calendar: Calendar, id: string): { kept: Kept | undefined; event: CalendarEvent } {
  const kept = calendar.get(id);
  const event = kept?.event ?? calendar.occurrence(id);
  if (!event) throw notFound();
  return { kept, event };
}

export function etagOf(kept: Kept | undefined): string {
  return kept === undefined ? '"0"' : `"${kept.updatedAt}${String(kept.change).padStart(4, "0")}"`;
}

/** The event of somebody else, as it stands in a guest's calendar. */
export function isGuestCopy(calendar: Calendar, { organizer }: CalendarEvent): boolean {
  return organizer.email !== calendar.id && organizer.email !== calendar.owner;
}

function commit(
  world: World,
  calendar: Calendar,
  event: CalendarEvent,
  options: WriteOptions,
  kind: Mail["kind"],
  guestsBefore: Attendee[],
): Kept {
  checkEvent(event, calendar.timeZone);
  if (event.attendees)
    event.attendees = event.attendees.map((one) => ({ ...one, responseStatus: one.responseStatus ?? "needsAction" }));
  const asked = event.conferenceData?.createRequest;
  const before = calendar.get(event.id);
  const isNewRequest = asked && asked.requestId !== before?.event.conferenceData?.createRequest?.requestId;
  const kept = store(world, calendar, event, isNewRequest ? world.base.clock.now() : undefined);
  spread(world, kept.event, guestsBefore);
  write(world, calendar, event, options, event.status === "cancelled" ? "cancellation" : kind);
  return kept;
}

function store(world: World, calendar: Calendar, event: CalendarEvent, meetAskedAt?: number): Kept {
  const kept = calendar.put(event, world.base.clock.now(), meetAskedAt);
  world.channels.changed(calendar.id);
  return kept;
}

// Each guest with an account here has a copy, with an id of its own and the same iCalUID.
function spread(world: World, event: CalendarEvent, before: Attendee[]): void {
  const invited = new Set((event.attendees ?? []).map(({ email }) => email));
  for (const email of new Set([...invited, ...before.map((one) => one.email)])) {
    const calendar = world.calendars.get(email);
    if (!calendar || email === event.organizer.email) continue;
    const known = calendar
      .all()
      .find((one) => one.event.iCalUID === event.iCalUID && one.event.recurringEventId === undefined);
    const shared = Object.fromEntries(copied.filter((name) => name in event).map((name) => [name, event[name]]));
    if (!known && event.status === "cancelled") continue;
    const copy = {
      ...event,
      ...known?.event,
      ...shared,
      id: known?.event.id ?? newId(world),
      sequence: event.sequence,
    };
    if (!known) delete copy.extendedProperties;
    store(world, calendar, invited.has(email) ? copy : { ...copy, status: "cancelled" });
  }
}

function answerInvitation(world: World, calendar: Calendar, event: CalendarEvent, changed: CalendarEvent): Kept {
  checkEvent(changed, calendar.timeZone);
  const mine = changed.attendees?.find(({ email }) => email === calendar.owner);
  const home = world.calendars.get(event.organizer.email);
  const original = home?.all().find((one) => one.event.iCalUID === event.iCalUID)?.event;
  if (home && original && mine) {
    const attendees = original.attendees?.map((one) => (one.email === calendar.owner ? { ...one, ...mine } : one));
    store(world, home, { ...original, ...(attendees ? { attendees } : {}) });
  }
  return store(world, calendar, changed);
}

function write(
  world: World,
  calendar: Calendar,
  event: CalendarEvent,
  options: WriteOptions,
  kind: Mail["kind"],
): void {
  if (options.sendUpdates === "none") return;
  const to = (event.attendees ?? [])
    .map(({ email }) => email)
    .filter((email) => email !== calendar.owner && (options.sendUpdates === "all" || !world.accounts.has(email)));
  if (to.length === 0) return;
  const at = new Date(world.base.clock.now()).toISOString();
  world.mails.push({ at, kind, calendarId: calendar.id, eventId: event.id, to });
}

function checkMatch(kept: Kept | undefined, ifMatch: string | undefined): void {
  if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== etagOf(kept)) {
    throw new CalendarError(412, "conditionNotMet", "Precondition Failed");
  }
}

function withoutConference(fields: Record<string, unknown>, { withConference }: WriteOptions): Record<string, unknown> {
  if (withConference) return fields;
  const { conferenceData: _ignored, ...rest } = fields;
  return rest;
}

/** What a full update leaves alone. */
function keepOwn(event: CalendarEvent): Record<string, unknown> {
  const own = [
    "id",
    "created",
    "updated",
    "creator",
    "organizer",
    "iCalUID",
    "sequence",
    "eventType",
    "recurringEventId",
    "originalStartTime",
  ];
  return {
    ...Object.fromEntries(own.filter((name) => name in event).map((name) => [name, event[name]])),
    status: "confirmed",
  };
}

function movesIt(before: CalendarEvent, after: CalendarEvent): boolean {
  return JSON.stringify([before.start, before.end]) !== JSON.stringify([after.start, after.end]);
}

function newId({ base: { random } }: World): string {
  return random.uuid().replaceAll("-", "").slice(0, 26);
}
