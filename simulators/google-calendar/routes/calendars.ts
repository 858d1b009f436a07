import type { Call, Routes } from "../api.ts";
import type { Calendar } from "../calendar.ts";
import { invalid, notFound } from "../errors.ts";
import { type AccessRole, accessRoles } from "../options.ts";

const lists = { scopes: ["calendar", "calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly"] };
const one = {
  scopes: [
    "calendar",
    "calendar.readonly",
    "calendar.calendars",
    "calendar.calendars.readonly",
    "calendar.app.created",
  ],
};
const makes = { scopes: ["calendar", "calendar.calendars", "calendar.app.created"], writes: true };
const settings = { scopes: ["calendar", "calendar.readonly", "calendar.settings.readonly"] };

export const calendarRoutes: Routes = (add) => {
  add("GET", "/users/me/calendarList", { ...lists, handle: list });
  add("GET", "/users/me/calendarList/:calendarId", {
    scopes: [...lists.scopes, "calendar.app.created"],
    handle: (call) => ({ status: 200, body: entry(call, seen(call)) }),
  });
  add("GET", "/calendars/:calendarId", {
    ...one,
    handle: (call) => ({ status: 200, body: view(call.calendar("reader")) }),
  });
  add("POST", "/calendars", { ...makes, handle: insert });
  add("GET", "/users/me/settings", { ...settings, handle: listSettings });
  add("GET", "/users/me/settings/:setting", { ...settings, handle: getSetting });
};

function list(call: Call) {
  const { account, world, query } = call;
  const least = query.get("minAccessRole");
  if (least !== null && !accessRoles.includes(least as AccessRole))
    throw invalid(`Invalid value for minAccessRole: ${least}`);
  const rank = accessRoles.indexOf(least as AccessRole);
  const limit = Math.min(Number(query.get("maxResults") ?? 100), 250);
  const start = Number(query.get("pageToken") ?? 0);
  if (!Number.isInteger(limit) || limit < 1 || !Number.isInteger(start)) throw invalid("Invalid paging parameters");
  const ids = [...account.roles].filter(([, role]) => accessRoles.indexOf(role) >= rank).map(([id]) => id);
  const items = ids
    .slice(start, start + limit)
    .flatMap((id) => world.calendars.get(id) ?? [])
    .map((calendar) => entry(call, calendar));
  const more = start + limit < ids.length ? { nextPageToken: String(start + limit) } : {};
  return { status: 200, body: { kind: "calendar#calendarList", etag: `"${ids.length}"`, ...more, items } };
}

function seen({ account, params, world }: Call): Calendar {
  const id = params.calendarId === "primary" ? account.email : (params.calendarId ?? "");
  const calendar = account.roles.has(id) ? world.calendars.get(id) : undefined;
  if (!calendar) throw notFound();
  return calendar;
}

function entry({ account }: Call, { id, summary, timeZone, owner }: Calendar) {
  return {
    kind: "calendar#calendarListEntry",
    etag: '"1"',
    id,
    summary,
    timeZone,
    accessRole: account.roles.get(id),
    selected: true,
    defaultReminders: [],
    ...(id === account.email ? { primary: true } : {}),
    ...(id === owner ? {} : { dataOwner: owner }),
  };
}

function view({ id, summary, timeZone, owner }: Calendar) {
  const more = id === owner ? {} : { dataOwner: owner };
  return { kind: "calendar#calendar", etag: '"1"', id, summary, timeZone, ...more };
}

function insert({ world, account, body, grant }: Call) {
  const { summary, timeZone } = (body ?? {}) as { summary?: unknown; timeZone?: unknown };
  if (typeof summary !== "string" || summary === "") throw invalid("Missing title.");
  const calendar = world.addCalendar(account, { summary, ...(typeof timeZone === "string" ? { timeZone } : {}) });
  calendar.madeBy = grant.clientId;
  return { status: 200, body: view(calendar) };
}

function settingsOf({ account }: Call): Record<string, string> {
  return { timezone: account.timeZone, weekStart: "0", locale: "en", format24HourTime: "false" };
}

function listSettings(call: Call) {
  const items = Object.entries(settingsOf(call)).map(([id, value]) => setting(id, value));
  return { status: 200, body: { kind: "calendar#settings", etag: '"1"', items } };
}

function getSetting(call: Call) {
  const id = call.params.setting ?? "";
  const value = settingsOf(call)[id];
  if (value === undefined) throw notFound();
  return { status: 200, body: setting(id, value) };
}

function setting(id: string, value: string) {
  return { kind: "calendar#setting", etag: '"1"', id, value };
}
