import type { Answer } from "#simulators/kit";
import type { Call, Routes } from "../api.ts";
import { invalid, notFound } from "../errors.ts";
import { link } from "../links.ts";
import { typeOf } from "../lookup.ts";
import { freeSlots, type MeetingLink } from "../meeting-links.ts";
import { checkCreate, commitCreate } from "../records.ts";

const linkScopes = () => [["scheduler.meetings.meeting-link.read"]];

export const schedulerRoutes: Routes = (add) => {
  add("GET", "/scheduler/meetings/meeting-links", { handle: list, scopes: linkScopes });
  add("GET", "/scheduler/meetings/meeting-links/book/availability-page/:slug", {
    handle: availability,
    scopes: linkScopes,
  });
  // Slugs hold a slash ("team/inspection"), which callers may or may not escape.
  add("GET", "/scheduler/meetings/meeting-links/book/availability-page/:owner/:slug", {
    handle: availability,
    scopes: linkScopes,
  });
  add("POST", "/scheduler/meetings/meeting-links/book", { handle: book, scopes: linkScopes });
};

function list({ portal, query }: Call): Answer {
  const name = query.get("name");
  const found = portal.meetingLinks.filter((one) => name === null || one.name === name);
  return { status: 200, body: { total: found.length, results: found.map((one) => view(one, portal.id)) } };
}

function view(one: MeetingLink, portalId: number) {
  return {
    id: one.id,
    slug: one.slug,
    link: `https://meetings.hubspot.com/${one.slug}?portal=${portalId}`,
    name: one.name,
    type: one.type,
    organizerUserId: one.organizerUserId,
    userIdsOfLinkMembers: [one.organizerUserId],
    defaultLink: false,
    createdAt: new Date(0).toISOString(),
    updatedAt: new Date(0).toISOString(),
  };
}

function linkOf({ portal }: Call, slug: string): MeetingLink {
  const found = portal.meetingLinks.find((one) => one.slug === slug);
  if (!found) throw notFound(`Meeting link '${slug}' does not exist`);
  return found;
}

function availability(call: Call): Answer {
  const { params, query, portal, world } = call;
  const one = linkOf(call, [params.owner, params.slug].filter(Boolean).join("/"));
  if (!query.get("timezone")) throw invalid("timezone is required");
  const monthOffset = Number(query.get("monthOffset") ?? 0);
  const byDuration = one.durationsMs.map((meetingDurationMillis) => {
    const availabilities = freeSlots(one, meetingDurationMillis, portal.timeZone, world.clock.now(), monthOffset);
    return [String(meetingDurationMillis), { meetingDurationMillis, availabilities }];
  });
  const busyTimes = one.busy.map(({ start, end }) => ({ start, end }));
  return {
    status: 200,
    body: {
      allUsersBusyTimes: [{ isOffline: false, busyTimes, meetingsUser: { id: one.organizerUserId } }],
      linkAvailability: { hasMore: true, linkAvailabilityByDuration: Object.fromEntries(byDuration) },
    },
  };
}

interface Booking {
  slug: string;
  duration: number;
  startTime: string;
  email: string;
  firstName: string;
  lastName: string;
  formFields: unknown[];
  legalConsentResponses: unknown[];
  timezone?: string;
}

function book(call: Call): Answer {
  const { portal, world, body } = call;
  const input = (body ?? {}) as Partial<Booking>;
  for (const field of ["slug", "duration", "startTime", "email", "firstName", "lastName"] as const) {
    if (input[field] === undefined || input[field] === "") throw invalid(`${field} is required`);
  }
  const {
    slug,
    duration,
    startTime,
    email,
    firstName,
    lastName,
    formFields = [],
    legalConsentResponses = [],
  } = input as Booking;
  const one = linkOf(call, slug);
  const start = /^\d+$/.test(String(startTime)) ? Number(startTime) : Date.parse(startTime);
  if (!Number.isFinite(start)) throw invalid(`startTime ${startTime} is not a date`);
  if (!one.durationsMs.includes(duration)) throw invalid(`duration ${duration} is not offered by this link`);
  if (!isOffered(call, one, start, duration)) throw invalid("The requested time is no longer available");
  one.busy.push({ start, end: start + duration });

  const contacts = typeOf(portal, "contacts");
  const known = contacts.table.findUnique("email", email);
  const contact =
    known ??
    commitCreate(
      portal,
      contacts,
      checkCreate(portal, contacts, { properties: { email, firstname: firstName, lastname: lastName } }),
      "INTEGRATION",
    );
  const meetings = typeOf(portal, "meetings");
  const [from, to] = [new Date(start).toISOString(), new Date(start + duration).toISOString()];
  const subject = `${one.name} with ${firstName} ${lastName}`;
  const properties = {
    hs_timestamp: from,
    hs_meeting_title: subject,
    hs_meeting_start_time: from,
    hs_meeting_end_time: to,
    hs_meeting_outcome: "SCHEDULED",
  };
  const meeting = commitCreate(portal, meetings, checkCreate(portal, meetings, { properties }), "INTEGRATION");
  link(
    portal,
    { state: meetings, record: meeting },
    { state: contacts, record: contact },
    portal.associationTypes.defaultOf(meetings.type, contacts.type),
  );
  const calendarEventId = `event-${meeting.id}-${world.random.token(8)}`;
  return {
    status: 200,
    body: {
      calendarEventId,
      contactId: contact.id,
      start: from,
      end: to,
      duration,
      subject,
      bookingTimezone: input.timezone ?? portal.timeZone,
      isOffline: false,
      guestEmails: [],
      formFields,
      legalConsentResponses,
    },
  };
}

function isOffered({ portal, world }: Call, one: MeetingLink, start: number, duration: number): boolean {
  const now = world.clock.now();
  const month = (at: number) => {
    const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(portal.timeZone);
    return date.year * 12 + date.month;
  };
  const slots = freeSlots(one, duration, portal.timeZone, now, Math.max(0, month(start) - month(now)));
  return slots.some(({ startMillisUtc }) => startMillisUtc === start);
}
