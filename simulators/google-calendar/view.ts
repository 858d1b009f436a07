import type { Calendar } from "./calendar.ts";
import { type CalendarEvent, type EventTime, instantOf, type Kept, textIn } from "./event.ts";
import type { World } from "./world.ts";
import { etagOf } from "./write.ts";

/** An event as the API writes it for the owner of its calendar. */
export function viewEvent(world: World, calendar: Calendar, event: CalendarEvent, zone = calendar.timeZone) {
  const kept = calendar.get(event.id);
  const base = calendar.get(event.recurringEventId ?? "") ?? kept;
  const { attendees, organizer, creator, ...rest } = event;
  const self = (email: string) => (email === calendar.owner ? { self: true } : {});
  return {
    kind: "calendar#event",
    etag: etagOf(kept ?? base),
    ...rest,
    htmlLink: `https://www.google.com/calendar/event?eid=${Buffer.from(`${event.id} ${calendar.id}`).toString("base64url")}`,
    creator: { ...creator, ...self(creator.email) },
    organizer: { ...organizer, ...self(organizer.email) },
    start: viewTime(event.start, calendar, zone),
    end: viewTime(event.end, calendar, zone),
    ...(event.originalStartTime ? { originalStartTime: viewTime(event.originalStartTime, calendar, zone) } : {}),
    ...(attendees
      ? {
          attendees: attendees.map((one) => ({
            ...one,
            ...self(one.email),
            ...(one.email === organizer.email ? { organizer: true } : {}),
          })),
        }
      : {}),
    reminders: rest.reminders ?? { useDefault: true },
    ...viewConference(world, base, event),
  };
}

/** What lists tell of a cancelled event. */
export function viewCancelled(kept: Kept) {
  const { id, recurringEventId, originalStartTime } = kept.event;
  return {
    kind: "calendar#event",
    etag: etagOf(kept),
    id,
    status: "cancelled",
    ...(recurringEventId === undefined ? {} : { recurringEventId, originalStartTime }),
  };
}

function viewTime(time: EventTime, calendar: Calendar, zone: string): EventTime {
  if (time.date !== undefined) return { date: time.date };
  return {
    dateTime: textIn(zone, instantOf(time, calendar.timeZone)),
    timeZone: time.timeZone ?? calendar.timeZone,
  };
}

// A video link is asked for first, and there some time later.
function viewConference({ base, meetDelayMs }: World, kept: Kept | undefined, event: CalendarEvent) {
  const asked = event.conferenceData?.createRequest;
  if (!asked) return {};
  const isMade = base.clock.now() - (kept?.meetAskedAt ?? 0) >= meetDelayMs;
  const createRequest = { ...asked, status: { statusCode: isMade ? "success" : "pending" } };
  if (!isMade) return { conferenceData: { createRequest } };
  const code = event.id.replace(/[^a-z]/g, "x").padEnd(10, "a");
  const uri = `https://meet.google.com/${code.slice(0, 3)}-${code.slice(3, 7)}-${code.slice(7, 10)}`;
  return {
    hangoutLink: uri,
    conferenceData: {
      createRequest,
      conferenceId: uri.slice("https://meet.google.com/".length),
      conferenceSolution: { key: { type: "hangoutsMeet" }, name: "Google Meet" },
      entryPoints: [{ entryPointType: "video", uri, label: uri.slice("https://".length) }],
    },
  };
}
