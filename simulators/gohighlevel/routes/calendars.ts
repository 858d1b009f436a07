import { type Call, locationOf, namedLocation, type Routes, type Rule, readBody } from "../api.ts";
import { findContact } from "../contacts.ts";
import { bad, missing, unprocessable } from "../errors.ts";
import { type Calendar, iso, type Location, type Row, type Values } from "../location.ts";
import { freeSlots, isOpen, isTaken } from "../slots.ts";

const maxSpanMs = 31 * 86_400_000;
const statuses = ["new", "confirmed", "cancelled", "showed", "noshow", "invalid", "completed", "active"];
const rules: Record<string, Rule> = {
  ...{ title: "string", meetingLocationType: "string", meetingLocationId: "string", overrideLocationConfig: "boolean" },
  ...{ appointmentStatus: statuses, assignedUserId: "string", description: "string", address: "string" },
  ...{ ignoreDateRange: "boolean", toNotify: "boolean", ignoreFreeSlotValidation: "boolean", rrule: "string" },
  ...{ calendarId: "string", startTime: "string", endTime: "string" },
};

export const calendarRoutes: Routes = (add) => {
  add("GET", "/calendars", { scope: "calendars.readonly", handle: list });
  add("GET", "/calendars/:id", {
    scope: "calendars.readonly",
    handle: (call) => ({
      status: 200,
      body: { calendar: viewCalendar(locationOf(call), calendarOf(call, call.params.id)) },
    }),
  });
  add("GET", "/calendars/:id/free-slots", { scope: "calendars.readonly", handle: slots });
  add("GET", "/calendars/events", { scope: "calendars/events.readonly", handle: events });
  add("POST", "/calendars/events/appointments", { scope: "calendars/events.write", handle: book });
  add("GET", "/calendars/events/appointments/:id", {
    scope: "calendars/events.readonly",
    handle: (call) => ({
      status: 200,
      body: { event: viewEvent(locationOf(call), find(call)), traceId: call.traceId },
    }),
  });
  add("PUT", "/calendars/events/appointments/:id", { scope: "calendars/events.write", handle: change });
  add("DELETE", "/calendars/events/:id", { scope: "calendars/events.write", handle: remove });
};

function list(call: Call) {
  const location = namedLocation(call, call.query.get("locationId"));
  return {
    status: 200,
    body: { calendars: location.calendars.map((calendar) => viewCalendar(location, calendar)), traceId: call.traceId },
  };
}

function calendarOf(call: Call, id: unknown): Calendar {
  const calendar = locationOf(call).calendars.find((one) => one.id === id);
  if (!calendar) throw missing("Calendar", String(id));
  return calendar;
}

function slots(call: Call) {
  const calendar = calendarOf(call, call.params.id);
  const [from, until] = [millis(call, "startDate"), millis(call, "endDate")];
  if (until < from) throw bad("endDate must be after startDate");
  if (until - from > maxSpanMs) throw bad("The date range cannot be more than 31 days");
  const timeZone = call.query.get("timezone") ?? locationOf(call).timeZone;
  const userId = call.query.get("userId");
  if (userId !== null && !calendar.userIds.includes(userId)) throw missing("User", userId);
  try {
    // The trace id stands among the days.
    return {
      status: 200,
      body: { ...freeSlots(locationOf(call), calendar, from, until, timeZone), traceId: call.traceId },
    };
  } catch (error) {
    if (error instanceof RangeError) throw bad("timezone is invalid");
    throw error;
  }
}

function events(call: Call) {
  const location = namedLocation(call, call.query.get("locationId"));
  const [from, until] = [millis(call, "startTime"), millis(call, "endTime")];
  const [userId, calendarId] = [call.query.get("userId"), call.query.get("calendarId")];
  if (!userId && !calendarId && !call.query.get("groupId"))
    throw bad("Either of userId, groupId or calendarId is required");
  const found = [...location.tables.appointments.values()].filter(
    ({ values }) =>
      Number(values.startMs) < until &&
      Number(values.endMs) > from &&
      (!userId || values.assignedUserId === userId) &&
      (!calendarId || values.calendarId === calendarId),
  );
  return { status: 200, body: { events: found.map((row) => viewEvent(location, row)), traceId: call.traceId } };
}

function book(call: Call) {
  const members = { ...rules, locationId: "string", contactId: "string" } as const;
  const { locationId, ...body } = readBody(call, members, ["calendarId", "locationId", "contactId", "startTime"]);
  const location = namedLocation(call, locationId);
  findContact(location, String(body.contactId));
  const row = location.add("appointments", place(call, { appointmentStatus: "confirmed", ...body }));
  location.emit({ type: "AppointmentCreate", body: { appointment: viewAppointment(location, row) } });
  return { status: 200, body: { ...viewAppointment(location, row), traceId: call.traceId } };
}

function change(call: Call) {
  const location = locationOf(call);
  const row = find(call);
  const body = readBody(call, rules);
  const isMoved = body.startTime !== undefined || body.endTime !== undefined || body.calendarId !== undefined;
  const length = Number(row.values.endMs) - Number(row.values.startMs);
  if (body.startTime !== undefined && body.endTime === undefined)
    body.endTime = iso(instant(body.startTime, "startTime") + length);
  row.values = isMoved ? place(call, { ...row.values, ...body }, row.id) : { ...row.values, ...body };
  location.touch(row);
  location.emit({ type: "AppointmentUpdate", body: { appointment: viewAppointment(location, row) } });
  return { status: 200, body: { ...viewAppointment(location, row), traceId: call.traceId } };
}

function remove(call: Call) {
  const location = locationOf(call);
  const row = find(call);
  location.tables.appointments.delete(row.id);
  location.emit({ type: "AppointmentDelete", body: { appointment: viewAppointment(location, row) } });
  return { status: 201, body: { succeeded: true, traceId: call.traceId } };
}

function place(call: Call, values: Values, except?: string): Values {
  const location = locationOf(call);
  const calendar = calendarOf(call, values.calendarId);
  const start = instant(values.startTime, "startTime");
  const end =
    values.endTime === undefined ? start + calendar.slotDuration * 60_000 : instant(values.endTime, "endTime");
  if (end <= start) throw bad("endTime must be after startTime");
  const user = values.assignedUserId ?? calendar.userIds[0];
  if (user !== undefined && !location.users.some(({ id }) => id === user)) throw missing("User", String(user));
  const isFree = isOpen(location, calendar, start, end) && !isTaken(location, calendar, start, end, except);
  if (!isFree && values.ignoreFreeSlotValidation !== true)
    throw bad("The slot you have selected is no longer available.");
  const { ignoreDateRange: _a, toNotify: _b, ignoreFreeSlotValidation: _c, ...kept } = values;
  return {
    title: calendar.name,
    ...kept,
    assignedUserId: user,
    startMs: start,
    endMs: end,
    startTime: iso(start),
    endTime: iso(end),
  };
}

function find(call: Call): Row {
  const row = locationOf(call).tables.appointments.get(call.params.id ?? "");
  if (!row) throw missing("Event", call.params.id ?? "");
  return row;
}

function instant(value: unknown, name: string): number {
  const text = String(value);
  const ms = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw unprocessable([`${name} must be a valid ISO 8601 date string`]);
  return ms;
}

function millis(call: Call, name: string): number {
  const text = call.query.get(name) ?? "";
  if (!/^\d{12,14}$/.test(text)) throw unprocessable([`${name} must be a number in milliseconds`]);
  return Number(text);
}

function viewCalendar(location: Location, calendar: Calendar): Values {
  return {
    id: calendar.id,
    locationId: location.id,
    name: calendar.name,
    isActive: true,
    calendarType: "round_robin",
    eventType: "RoundRobin_OptimizeForAvailability",
    slotDuration: calendar.slotDuration,
    slotDurationUnit: "mins",
    slotInterval: calendar.slotDuration,
    slotIntervalUnit: "mins",
    teamMembers: calendar.userIds.map((userId) => ({ userId, priority: 0.5, isPrimary: true })),
  };
}

export function viewAppointment(location: Location, row: Row): Values {
  const { startMs: _start, endMs: _end, ...values } = row.values;
  const times = { dateAdded: iso(row.addedAt), dateUpdated: iso(row.updatedAt) };
  return { id: row.id, locationId: location.id, ...values, isRecurring: values.rrule !== undefined, ...times };
}

// The reading form has more members than the answer to a booking.
function viewEvent(location: Location, row: Row): Values {
  return { groupId: "", users: [row.values.assignedUserId], deleted: false, ...viewAppointment(location, row) };
}
