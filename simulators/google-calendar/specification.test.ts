import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { createCaller, startSimulator } from "#simulators/kit";
import { allScopes, createGoogleCalendarSimulator } from "./index.ts";

interface Schema {
  $ref?: string;
  type?: string;
  enum?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
}

interface Method {
  httpMethod: string;
  path: string;
  scopes: string[];
  parameters?: Record<string, { location: string }>;
  response?: { $ref: string };
}

const file = new URL("../../../shared/specs/google-calendar/calendar.v3.json", import.meta.url);
const document = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
const skip = document ? false : "the providers' reference documents are not beside this repository (../shared/specs)";

/** What an answer holds that the discovery document does not know, or knows with another type. */
function problems(schema: Schema | undefined, value: unknown, at: string): string[] {
  const known: Schema | undefined = schema?.$ref === undefined ? schema : document.schemas[schema.$ref];
  if (!known) return [`${at}: is not in the document`];
  if (known.type === "any") return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => problems(known.items, item, `${at}[${index}]`));
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([name, field]) =>
      problems(known.properties?.[name] ?? known.additionalProperties, field, `${at}.${name}`),
    );
  }
  const type = known.type === "integer" ? "number" : known.type;
  return typeof value === type ? [] : [`${at}: ${String(value)} is not of type ${known.type}`];
}

test("every answer has the fields and types of the discovery document, and opens with its scopes", {
  skip,
}, async (t) => {
  const { url, control } = await startSimulator(t, createGoogleCalendarSimulator);
  control.limits("off");
  const found: string[] = [];
  async function check(name: string, values: Record<string, string> = {}, body?: unknown) {
    const [resource = "", action = ""] = name.split(".");
    const method: Method = document.resources[resource].methods[action];
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(values)) {
      if (!method.parameters?.[key]) found.push(`${name}: no parameter ${key}`);
      if (method.parameters?.[key]?.location === "query") query.set(key, value);
    }
    const path = method.path.replace(/\{(\w+)\}/g, (_whole, key: string) => encodeURIComponent(values[key] ?? ""));
    const call = (scopes: string[]) =>
      createCaller(url, { authorization: `Bearer ${control.connect({ scopes }).accessToken}` })(
        method.httpMethod,
        `/calendar/v3/${path}?${query}`,
        body,
      );
    for (const scope of allScopes.filter((one) => !method.scopes.includes(one))) {
      assert.equal((await call([scope])).status, 403, `${name} opened with ${scope}`);
    }
    const [first = ""] = method.scopes;
    const answer = await call([first]);
    if (answer.status > 299) found.push(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    if (method.response) found.push(...problems(method.response, answer.body, name));
    return answer.body;
  }
  const calendarId = "primary";
  const time = (hour: string) => ({ dateTime: `2026-12-01T${hour}:00:00`, timeZone: "America/Denver" });
  const body = {
    summary: "Visit",
    start: time("09"),
    end: time("10"),
    attendees: [{ email: "jane@example.com" }],
    recurrence: ["RRULE:FREQ=DAILY;COUNT=2"],
    extendedProperties: { private: { booking: "b1" } },
    conferenceData: { createRequest: { requestId: "r", conferenceSolutionKey: { type: "hangoutsMeet" } } },
  };

  const made = await check("events.insert", { calendarId, sendUpdates: "all", conferenceDataVersion: "1" }, body);
  const event = { calendarId, eventId: made.id };
  control.clock.advance(1_000);
  await check("events.get", event);
  await check("events.patch", { ...event, sendUpdates: "none" }, { location: "Here" });
  await check("events.instances", event);
  await check("events.list", {
    calendarId,
    singleEvents: "true",
    orderBy: "startTime",
    timeMin: "2026-11-01T00:00:00Z",
  });
  const channel = { id: "c1", type: "web_hook", address: "https://127.0.0.1:9/hook", token: "t" };
  const watched = await check("events.watch", { calendarId }, channel);
  await check("channels.stop", {}, { id: "c1", resourceId: watched.resourceId });
  await check("events.update", event, { start: { date: "2026-12-01" }, end: { date: "2026-12-02" } });
  await check("events.delete", { ...event, sendUpdates: "all" });
  await check("events.list", { calendarId, showDeleted: "true" });
  const span = { timeMin: "2026-12-01T00:00:00Z", timeMax: "2026-12-02T00:00:00Z" };
  await check("freebusy.query", {}, { ...span, items: [{ id: "primary" }, { id: "none@example.com" }] });
  await check("calendarList.list", { minAccessRole: "writer" });
  await check("calendarList.get", { calendarId });
  await check("calendars.get", { calendarId });
  await check("calendars.insert", {}, { summary: "Crew" });
  await check("settings.list");
  await check("settings.get", { setting: "timezone" });
  assert.deepEqual(found, []);
});
