import type { Call, Routes } from "../api.ts";
import { invalid } from "../errors.ts";
import { queryFreeBusy, readInstant } from "../free-busy.ts";
import { listEvents } from "../list.ts";
import { viewEvent } from "../view.ts";
import { changeEvent, deleteEvent, etagOf, find, insertEvent, type WriteOptions } from "../write.ts";

const writes = {
  scopes: ["calendar", "calendar.events", "calendar.events.owned", "calendar.app.created"],
  writes: true,
};
const reads = {
  scopes: [...writes.scopes, "calendar.readonly", "calendar.events.readonly", "calendar.events.owned.readonly"],
};
const asks = { scopes: ["calendar", "calendar.readonly", "calendar.freebusy", "calendar.events.freebusy"] };
const lists = ["calendar.calendarlist", "calendar.calendarlist.readonly"];
const stops = [...reads.scopes, ...lists, "calendar.events.freebusy", "calendar.settings.readonly"];
const events = "/calendars/:calendarId/events";

export const eventRoutes: Routes = (add) => {
  add("GET", events, { ...reads, handle: list });
  add("POST", events, { ...writes, handle: insert });
  add("GET", `${events}/:eventId`, { ...reads, handle: get });
  add("PATCH", `${events}/:eventId`, { ...writes, handle: (call) => change(call, false) });
  add("PUT", `${events}/:eventId`, { ...writes, handle: (call) => change(call, true) });
  add("DELETE", `${events}/:eventId`, { ...writes, handle: erase });
  add("GET", `${events}/:eventId/instances`, { ...reads, handle: instances });
  add("POST", `${events}/watch`, { ...reads, handle: watch });
  add("POST", "/channels/stop", { scopes: stops, handle: stop });
  add("POST", "/freeBusy", {
    ...asks,
    handle: ({ world, account, body }) => ({ status: 200, body: queryFreeBusy(world, account, body) }),
  });
};

function list(call: Call) {
  const calendar = call.calendar("reader");
  const body = { ...listEvents(call.world, calendar, call.query), accessRole: call.account.roles.get(calendar.id) };
  return { status: 200, body };
}

function insert(call: Call) {
  const calendar = call.calendar("writer");
  const { event } = insertEvent(call.world, calendar, call.body, readOptions(call));
  return { status: 200, body: viewEvent(call.world, calendar, event) };
}

function get(call: Call) {
  const calendar = call.calendar("reader");
  const { kept, event } = find(calendar, call.params.eventId ?? "");
  if (call.headers["if-none-match"] === etagOf(kept)) return { status: 304 };
  const zone = call.query.get("timeZone") ?? undefined;
  return { status: 200, headers: { etag: etagOf(kept) }, body: viewEvent(call.world, calendar, event, zone) };
}

function change(call: Call, replaces: boolean) {
  const calendar = call.calendar("writer");
  const ifMatch = call.headers["if-match"];
  const options = { ...readOptions(call), replaces, ifMatch };
  const { event } = changeEvent(call.world, calendar, call.params.eventId ?? "", call.body, options);
  return { status: 200, body: viewEvent(call.world, calendar, event) };
}

function erase(call: Call) {
  const options = { ...readOptions(call), ifMatch: call.headers["if-match"] };
  deleteEvent(call.world, call.calendar("writer"), call.params.eventId ?? "", options);
  return { status: 204 };
}

function instances(call: Call) {
  const calendar = call.calendar("reader");
  const { event } = find(calendar, call.params.eventId ?? "");
  const { query, world } = call;
  const from = query.has("timeMin") ? readInstant(query.get("timeMin"), "timeMin") : 0;
  const horizon = world.base.clock.now() + 730 * 86_400_000;
  const to = query.has("timeMax") ? readInstant(query.get("timeMax"), "timeMax") : horizon;
  const items = calendar
    .between(from, to)
    .filter((one) => one.recurringEventId === event.id)
    .slice(0, Number(query.get("maxResults") ?? 250))
    .map((one) => viewEvent(world, calendar, one));
  const { summary, timeZone } = calendar;
  return { status: 200, body: { kind: "calendar#events", summary, timeZone, defaultReminders: [], items } };
}

function watch(call: Call) {
  const calendar = call.calendar("reader");
  const channel = call.world.channels.open((call.body ?? {}) as Record<string, unknown>, {
    calendarId: calendar.id,
    email: call.account.email,
    clientId: call.grant.clientId,
    resourceUri: `${call.world.base.url()}/calendar/v3/calendars/${encodeURIComponent(calendar.id)}/events?alt=json`,
  });
  const { id, resourceId, resourceUri, token, expiresAt } = channel;
  const body = {
    kind: "api#channel",
    id,
    resourceId,
    resourceUri,
    ...(token === undefined ? {} : { token }),
    expiration: String(expiresAt),
  };
  return { status: 200, body };
}

function stop({ world, body, grant }: Call) {
  world.channels.stop((body ?? {}) as Record<string, unknown>, grant.clientId);
  return { status: 204 };
}

function readOptions({ query, account }: Call): WriteOptions {
  const older = query.get("sendNotifications") === "true" ? "all" : "none";
  const sendUpdates = query.get("sendUpdates") ?? older;
  if (sendUpdates !== "all" && sendUpdates !== "externalOnly" && sendUpdates !== "none") {
    throw invalid(`Invalid value for sendUpdates: ${sendUpdates}`);
  }
  return { email: account.email, sendUpdates, withConference: query.get("conferenceDataVersion") === "1" };
}
