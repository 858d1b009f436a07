import assert from "node:assert/strict";
import { test } from "node:test";
import { type Cleanup, createCaller, startSimulator } from "#simulators/kit";
import { createGoogleCalendarSimulator, type GoogleCalendarOptions, scopePrefix } from "./index.ts";

const primary = "/calendars/primary/events";
const visit = {
  summary: "Visit",
  start: { dateTime: "2026-12-01T09:00:00-05:00" },
  end: { dateTime: "2026-12-01T10:00:00-05:00" },
};

async function start(t: Cleanup, options: GoogleCalendarOptions = {}) {
  const { url, control } = await startSimulator(t, createGoogleCalendarSimulator, options);
  const as = (email?: string) => {
    const { accessToken } = control.connect(email === undefined ? {} : { email });
    const caller = createCaller(url, { authorization: `Bearer ${accessToken}` });
    return (method: string, path: string, body?: unknown) => caller(method, `/calendar/v3${path}`, body);
  };
  return { url, control, as, call: as(), calendar: control.calendar() };
}

const reason = ({ status, body }: { status: number; body: { error?: { errors: Array<{ reason: string }> } } }) => [
  status,
  body.error?.errors[0]?.reason,
];

test("an id of the caller's own makes a booking once, even after it was cancelled", async (t) => {
  const { call, calendar } = await start(t);
  const body = { ...visit, id: "ja3pcjffphju5gpfn1c250" };

  const first = await call("POST", primary, body);
  assert.deepEqual([first.status, first.body.id, first.body.iCalUID], [200, body.id, `${body.id}@google.com`]);
  assert.deepEqual(reason(await call("POST", primary, body)), [409, "duplicate"]);
  assert.equal((await call("DELETE", `${primary}/${body.id}`)).status, 204);
  assert.deepEqual(reason(await call("DELETE", `${primary}/${body.id}`)), [410, "deleted"]);
  assert.deepEqual(reason(await call("POST", primary, body)), [409, "duplicate"]);
  assert.equal((await call("GET", `${primary}/${body.id}`)).body.status, "cancelled");
  assert.equal(calendar.count(), 0);
});

test("an event that makes no sense is refused with its reason", async (t) => {
  const { call } = await start(t);
  const refusals: Array<[change: Record<string, unknown>, reason: string]> = [
    [{ end: undefined }, "required"],
    [{ end: { dateTime: "2026-12-01T08:00:00-05:00" } }, "timeRangeEmpty"],
    [{ end: { date: "2026-12-02" } }, "invalid"],
    [{ start: { dateTime: "2026-12-01T09:00:00" } }, "required"],
    [{ start: { dateTime: "2026-12-01T09:00:00", timeZone: "Mars/Base" } }, "invalid"],
    [{ id: "UPPER" }, "invalid"],
    [{ id: "abcdef", iCalUID: "x@y" }, "invalid"],
    [{ attendees: [{ email: "nobody" }] }, "invalid"],
    [{ attendees: [null] }, "invalid"],
    [{ attendees: "jane@example.com" }, "invalid"],
    [{ recurrence: [1] }, "invalid"],
    [{ start: { date: "2026-02-30" }, end: { date: "2026-03-03" } }, "invalid"],
    [{ start: { dateTime: "2026-02-30T09:00:00", timeZone: "UTC" } }, "invalid"],
    [{ start: { dateTime: 1 } }, "invalid"],
    [{ start: "now" }, "required"],
    [{ recurrence: ["RRULE:FREQ=WEEKLY"] }, "required"],
    [{ recurrence: ["FREQ=WEEKLY"] }, "invalid"],
    [{ transparency: "glass" }, "invalid"],
  ];
  for (const [change, expected] of refusals) {
    assert.deepEqual(
      reason(await call("POST", primary, { ...visit, ...change })),
      [400, expected],
      JSON.stringify(change),
    );
  }
  assert.deepEqual(reason(await call("POST", `${primary}?sendUpdates=some`, visit)), [400, "invalid"]);
  assert.deepEqual(reason(await call("POST", primary, "{")), [400, "parseError"]);
});

test("a change with an old etag is refused; a right one merges fields and replaces lists", async (t) => {
  const { call, url, control } = await start(t);
  const made = (await call("POST", primary, { ...visit, extendedProperties: { private: { a: "1", b: "2" } } })).body;
  const path = `${primary}/${made.id}`;
  const change = { description: "New", summary: null, extendedProperties: { private: { b: null, c: "3" } } };

  const changed = (await call("PATCH", path, change)).body;

  assert.deepEqual(changed.extendedProperties, { private: { a: "1", c: "3" } });
  assert.deepEqual([changed.description, "summary" in changed, changed.sequence], ["New", false, 0]);
  assert.notEqual(changed.etag, made.etag);
  const headers = { authorization: `Bearer ${control.connect().accessToken}` };
  const conditional = (etag: string) => createCaller(url, { ...headers, "if-match": etag });
  const full = `/calendar/v3${path}`;
  assert.deepEqual(reason(await conditional(made.etag)("PATCH", full, { summary: "Late" })), [412, "conditionNotMet"]);
  assert.deepEqual(reason(await conditional(made.etag)("DELETE", full)), [412, "conditionNotMet"]);
  const replaced = await conditional(changed.etag)("PUT", full, visit);
  assert.deepEqual([replaced.body.summary, replaced.body.description], ["Visit", undefined]);
});

test("guests are written to as the caller asks, and find the event in their own calendars", async (t) => {
  const { call, as, control } = await start(t, { accounts: [{}, { email: "guest@acme.example" }] });
  const attendees = [{ email: "guest@acme.example" }, { email: "jane@example.com" }];
  const silent = (await call("POST", primary, { ...visit, attendees })).body;
  assert.deepEqual([control.mails().length, silent.attendees[0].responseStatus], [0, "needsAction"]);

  await call("PATCH", `${primary}/${silent.id}?sendUpdates=externalOnly`, { summary: "Moved" });
  await call("PATCH", `${primary}/${silent.id}?sendUpdates=all`, { summary: "Moved again" });

  assert.deepEqual(
    control.mails().map(({ kind, to }) => [kind, ...to]),
    [
      ["update", "jane@example.com"],
      ["update", "guest@acme.example", "jane@example.com"],
    ],
  );
  const guest = as("guest@acme.example");
  const [copy] = (await guest("GET", primary)).body.items;
  assert.deepEqual([copy.summary, copy.iCalUID, copy.id === silent.id], ["Moved again", silent.iCalUID, false]);
  assert.deepEqual(reason(await guest("PATCH", `${primary}/${copy.id}`, { summary: "Mine" })), [
    403,
    "forbiddenForNonOrganizer",
  ]);
  assert.deepEqual(reason(await guest("PATCH", `${primary}/${copy.id}`, { attendees: [null] })), [400, "invalid"]);
  const declined = [{ email: "guest@acme.example", responseStatus: "declined" }];
  assert.equal((await guest("PATCH", `${primary}/${copy.id}`, { attendees: declined })).status, 200);
  const back = (await call("GET", `${primary}/${silent.id}`)).body.attendees;
  assert.deepEqual(
    back.map(({ responseStatus }: { responseStatus: string }) => responseStatus),
    ["declined", "needsAction"],
  );
  await call("DELETE", `${primary}/${silent.id}?sendUpdates=all`);
  assert.equal(control.mails().at(-1)?.kind, "cancellation");
  assert.equal(control.calendar("guest@acme.example").count(), 0);
});

test("a sync token brings what changed since, deletions too, and dies with 410", async (t) => {
  const { call, calendar } = await start(t);
  const [first, second] = calendar.seed(5);
  const one = (await call("GET", `${primary}?maxResults=3`)).body;
  assert.deepEqual([one.items.length, one.nextSyncToken], [3, undefined]);
  calendar.edit(first ?? "", { summary: "Changed between the pages" });
  const two = (await call("GET", `${primary}?maxResults=3&pageToken=${one.nextPageToken}`)).body;
  assert.deepEqual([two.items.length, two.nextPageToken], [2, undefined]);

  calendar.cancel(second ?? "");
  const sync = (token: string, more = "") => call("GET", `${primary}?syncToken=${token}${more}`);
  const changes = (await sync(two.nextSyncToken)).body;

  assert.deepEqual(
    changes.items.map(({ id, status }: { id: string; status: string }) => [id, status]),
    [
      [first, "confirmed"],
      [second, "cancelled"],
    ],
  );
  assert.deepEqual((await sync(changes.nextSyncToken)).body.items, []);
  assert.deepEqual(reason(await sync(changes.nextSyncToken, "&q=x")), [400, "invalid"]);
  assert.deepEqual(reason(await sync(changes.nextSyncToken, "&singleEvents=true")), [400, "invalid"]);
  assert.deepEqual(reason(await sync("nonsense")), [410, "fullSyncRequired"]);
  calendar.expireSyncTokens();
  assert.deepEqual(reason(await sync(changes.nextSyncToken)), [410, "fullSyncRequired"]);
});

test("a series keeps its clock time over the change of seasons; one occurrence can be moved or cancelled", async (t) => {
  const { call, calendar } = await start(t);
  const time = (hour: string) => ({ dateTime: `2026-10-26T${hour}:00:00`, timeZone: "America/New_York" });
  const series = { id: "series1", start: time("09"), end: time("10"), recurrence: ["RRULE:FREQ=WEEKLY;COUNT=3"] };
  await call("POST", primary, series);
  const expanded = async () =>
    (await call("GET", `${primary}?singleEvents=true&orderBy=startTime`)).body.items.map(
      (one: { start: { dateTime: string } }) => one.start.dateTime,
    );
  assert.deepEqual(await expanded(), [
    "2026-10-26T09:00:00-04:00",
    "2026-11-02T09:00:00-05:00",
    "2026-11-09T09:00:00-05:00",
  ]);

  const instances = (await call("GET", `${primary}/series1/instances`)).body.items;
  await call("DELETE", `${primary}/${instances[0].id}`);
  await call("PATCH", `${primary}/${instances[1].id}`, { start: time("11"), end: time("12") });

  assert.equal(instances[0].id, "series1_20261026T130000Z");
  assert.deepEqual(await expanded(), ["2026-10-26T11:00:00-04:00", "2026-11-09T09:00:00-05:00"]);
  const hole = (await call("GET", primary)).body.items.find(({ status }: { status: string }) => status === "cancelled");
  assert.deepEqual([hole.recurringEventId, hole.originalStartTime.dateTime], ["series1", "2026-10-26T09:00:00-04:00"]);
  calendar.cancel("series1");
  assert.deepEqual(await expanded(), []);
});

test("lists filter by time, property and text; times come in the zone that was asked for", async (t) => {
  const { call } = await start(t);
  await call("POST", primary, { ...visit, extendedProperties: { private: { booking: "b=1" } } });
  await call("POST", primary, { summary: "Holiday", start: { date: "2026-12-02" }, end: { date: "2026-12-03" } });
  const summaries = async (query: string) =>
    (await call("GET", `${primary}?${query}`)).body.items.map(({ summary }: { summary: string }) => summary);

  assert.deepEqual(await summaries("timeMin=2026-12-01T15:00:00Z"), ["Holiday"]);
  assert.deepEqual(await summaries("timeMin=2026-12-01T14:59:59Z&timeMax=2026-12-02T05:00:00Z"), ["Visit"]);
  assert.deepEqual(await summaries("privateExtendedProperty=booking%3Db%3D1"), ["Visit"]);
  assert.deepEqual(await summaries("q=holi"), ["Holiday"]);
  const [first] = (await call("GET", `${primary}?timeZone=Europe/Paris`)).body.items;
  assert.equal(first.start.dateTime, "2026-12-01T15:00:00+01:00");
  assert.deepEqual(reason(await call("GET", `${primary}?orderBy=startTime`)), [400, "badRequest"]);
  assert.deepEqual(reason(await call("GET", `${primary}?timeMin=2026-12-01T15:00:00`)), [400, "badRequest"]);
  assert.deepEqual(reason(await call("GET", `${primary}?updatedMin=2020-01-01T00:00:00Z`)), [
    410,
    "updatedMinTooLongAgo",
  ]);
});

test("busy times are joined, leave out what does not block, and say per calendar what cannot be told", async (t) => {
  const { call, control, calendar } = await start(t);
  const at = (from: string, to: string, more: Record<string, unknown> = {}) => ({
    start: { dateTime: `2026-12-01T${from}:00Z` },
    end: { dateTime: `2026-12-01T${to}:00Z` },
    ...more,
  });
  calendar.seed([
    at("09:00", "10:00"),
    at("09:30", "11:00"),
    at("12:00", "13:00", { transparency: "transparent" }),
    at("14:00", "15:00", { attendees: [{ email: "dana@acme.example", responseStatus: "declined" }] }),
  ]);
  control.addAccount({ email: "closed@acme.example" });
  const items = [{ id: "primary" }, { id: "closed@acme.example" }, { id: "none@example.com" }];
  const span = { timeMin: "2026-12-01T09:15:00Z", timeMax: "2026-12-02T00:00:00Z" };

  const { status, body } = await call("POST", "/freeBusy", { ...span, items });

  assert.equal(status, 200);
  assert.deepEqual(body.calendars.primary, { busy: [{ start: "2026-12-01T09:15:00Z", end: "2026-12-01T11:00:00Z" }] });
  for (const id of ["closed@acme.example", "none@example.com"]) {
    assert.deepEqual(body.calendars[id], { errors: [{ domain: "global", reason: "notFound" }], busy: [] });
  }
  assert.deepEqual(reason(await call("POST", "/freeBusy", { ...span, timeMax: span.timeMin })), [
    400,
    "timeRangeEmpty",
  ]);
  control.calendar("closed@acme.example").share("dana@acme.example", "freeBusyReader");
  const shared = await call("POST", "/freeBusy", { ...span, items: items.slice(1, 2) });
  assert.deepEqual(shared.body.calendars["closed@acme.example"], { busy: [] });
  assert.deepEqual(reason(await call("GET", "/calendars/closed@acme.example/events")), [404, "notFound"]);
  control.calendar("closed@acme.example").share("dana@acme.example", "reader");
  assert.equal((await call("GET", "/calendars/closed@acme.example/events")).status, 200);
  assert.deepEqual(reason(await call("POST", "/calendars/closed@acme.example/events", visit)), [403, "forbidden"]);
});

test("a video link is pending first and there later, when the caller may ask for one", async (t) => {
  const { call, control } = await start(t);
  const body = { ...visit, conferenceData: { createRequest: { requestId: "r1" } } };
  assert.equal((await call("POST", primary, body)).body.conferenceData, undefined);
  const made = (await call("POST", `${primary}?conferenceDataVersion=1`, body)).body;
  assert.equal(made.conferenceData.createRequest.status.statusCode, "pending");

  control.clock.advance(1_000);

  const later = (await call("GET", `${primary}/${made.id}`)).body;
  assert.equal(later.conferenceData.createRequest.status.statusCode, "success");
  assert.match(later.hangoutLink, /^https:\/\/meet\.google\.com\/\w{3}-\w{4}-\w{3}$/);
});

test("scopes for one's own calendars, and for those an app has made, open no others", async (t) => {
  const { url, control } = await start(t, { accounts: [{}, { email: "boss@acme.example" }] });
  control.calendar("boss@acme.example").share("dana@acme.example", "writer");
  const withScope = (name: string) => {
    const { accessToken } = control.connect({ scopes: [scopePrefix + name] });
    return createCaller(`${url}/calendar/v3`, { authorization: `Bearer ${accessToken}` });
  };
  const owned = withScope("calendar.events.owned");
  assert.equal((await owned("POST", primary, visit)).status, 200);
  const theirs = "/calendars/boss@acme.example/events";
  assert.deepEqual(reason(await owned("POST", theirs, visit)), [403, "insufficientPermissions"]);
  assert.equal((await withScope("calendar.events")("POST", theirs, visit)).status, 200);

  const made = withScope("calendar.app.created");
  assert.deepEqual(reason(await made("POST", primary, visit)), [403, "insufficientPermissions"]);
  const { id } = (await made("POST", "/calendars", { summary: "Bookings" })).body;
  assert.equal((await made("POST", `/calendars/${encodeURIComponent(id)}/events`, visit)).status, 200);
});
