import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, openSpec, type Spec, startSimulator } from "#simulators/kit";
import { createGoHighLevelSimulator, defaults } from "./index.ts";

const modules = [
  "contacts",
  "calendars",
  "opportunities",
  "locations",
  "users",
  "workflows",
  "conversations",
  "businesses",
];
const open = (version: string) =>
  new Map(modules.map((name) => [name, openSpec(`gohighlevel/${name}.${version}.openapi.json`)] as const));
const specs: Record<string, Map<string, Spec | undefined>> = { v3: open("v3"), "2021-07-28": open("legacy") };
const skip = specs.v3?.get("contacts")
  ? false
  : "the providers' reference documents are not beside this repository (../shared/specs)";
const { locationId } = defaults;

// Where the documents are looser than their own examples: read appointments have their instants typed as objects, stages are
// typed as lists of lists, and the trace id among the days of free slots is left out.
const loose = [
  /(Time|dateAdded|dateUpdated): is not of type object/,
  /stages\[\d+\]: is not of type array/,
  /traceId: is not of type object/,
];

for (const [version, byModule] of Object.entries(specs)) {
  test(`every answer has the status and the members of the specification, version ${version}`, { skip }, async (t) => {
    const { url, control } = await startSimulator(t, createGoHighLevelSimulator, { limits: "off" });
    control.clock.set("2026-03-06T12:00:00Z", { frozen: true });
    const call = createCaller(url, { authorization: `Bearer ${defaults.privateToken}`, version });
    const isV3 = version === "v3";
    const problems: string[] = [];
    async function check(
      module: string,
      method: string,
      pattern: string,
      values: Record<string, unknown> = {},
      body?: unknown,
    ) {
      const path = pattern.replace(/\{(\w+)\}/g, (_whole, name: string) => String(values[name]));
      const answer = await call(method, `${path}${values.query ?? ""}`, body);
      for (const problem of byModule.get(module)?.check(method, pattern, answer.status, answer.body) ?? []) {
        if (!loose.some((pattern) => pattern.test(problem)))
          problems.push(`${method} ${path} ${answer.status}: ${problem}`);
      }
      return answer;
    }
    const here = { query: `?locationId=${locationId}`, locationId };
    const field = control.location().addField({ name: "Summary" });
    const custom = isV3 ? { id: field.id, fieldValue: "x" } : { id: field.id, field_value: "x" };
    const person = {
      locationId,
      firstName: "Ana",
      phone: "+14079780655",
      email: "a@b.co",
      customFields: [custom],
      tags: ["a"],
    };
    const contactId = (await check("contacts", "POST", "/contacts/", {}, person)).body.contact.id;
    await check("contacts", "POST", "/contacts/", {}, person);
    await check("contacts", "POST", "/contacts/", {}, {});
    await check("contacts", "POST", "/contacts/upsert", {}, person);
    await check("contacts", "GET", "/contacts/{contactId}", { contactId });
    await check("contacts", "PUT", "/contacts/{contactId}", { contactId }, { city: "Orlando" });
    await check("contacts", "POST", "/contacts/search", {}, { locationId, pageLimit: 1 });
    await check("contacts", "GET", "/contacts/search/duplicate", { query: `?locationId=${locationId}&email=a@b.co` });
    if (!isV3) await check("contacts", "GET", "/contacts/", here);
    await check("contacts", "POST", "/contacts/{contactId}/tags", { contactId }, { tags: ["b"] });
    await check("contacts", "DELETE", "/contacts/{contactId}/tags", { contactId }, { tags: ["b"] });
    const { id } = (await check("contacts", "POST", "/contacts/{contactId}/notes", { contactId }, { body: "x" })).body
      .note;
    await check("contacts", "GET", "/contacts/{contactId}/notes", { contactId });
    await check("contacts", "PUT", "/contacts/{contactId}/notes/{id}", { contactId, id }, { body: "y" });
    await check("contacts", "DELETE", "/contacts/{contactId}/notes/{id}", { contactId, id });
    const task = { title: "x", dueDate: "2026-03-07T10:00:00Z", completed: false };
    const taskId = (await check("contacts", "POST", "/contacts/{contactId}/tasks", { contactId }, task)).body.task.id;
    await check("contacts", "PUT", "/contacts/{contactId}/tasks/{taskId}", { contactId, taskId }, { completed: true });
    const { workflowId } = defaults;
    await check("contacts", "POST", "/contacts/{contactId}/workflow/{workflowId}", { contactId, workflowId }, {});
    const [pipeline] = (await check("opportunities", "GET", "/opportunities/pipelines", here)).body.pipelines;
    const deal = { locationId, pipelineId: pipeline.id, name: "Roof", status: "open", contactId };
    const dealId = (await check("opportunities", "POST", "/opportunities/", {}, deal)).body.opportunity.id;
    await check("opportunities", "GET", "/opportunities/{id}", { id: dealId });
    await check("opportunities", "PUT", "/opportunities/{id}", { id: dealId }, { monetaryValue: 5 });
    await check("opportunities", "PUT", "/opportunities/{id}/status", { id: dealId }, { status: "won" });
    await check("opportunities", "GET", "/opportunities/search", {
      query: `?${isV3 ? "locationId" : "location_id"}=${locationId}`,
    });
    await check("opportunities", "POST", "/opportunities/search", {}, { locationId });
    await check("opportunities", "POST", "/opportunities/upsert", {}, deal);
    await check("opportunities", "DELETE", "/opportunities/{id}", { id: dealId });
    await check("calendars", "GET", "/calendars/", here);
    const { calendarId } = defaults;
    const span = `startDate=${Date.parse("2026-03-09T00:00:00Z")}&endDate=${Date.parse("2026-03-10T00:00:00Z")}`;
    await check("calendars", "GET", "/calendars/{calendarId}/free-slots", { calendarId, query: `?${span}` });
    const visit = { locationId, calendarId, contactId, startTime: "2026-03-09T10:00:00-04:00" };
    const eventId = (await check("calendars", "POST", "/calendars/events/appointments", {}, visit)).body.id;
    await check("calendars", "GET", "/calendars/events/appointments/{eventId}", { eventId });
    await check("calendars", "PUT", "/calendars/events/appointments/{eventId}", { eventId }, { title: "Visit" });
    const times = `startTime=${Date.parse("2026-03-09T00:00:00Z")}&endTime=${Date.parse("2026-03-10T00:00:00Z")}`;
    await check("calendars", "GET", "/calendars/events", { query: `${here.query}&calendarId=${calendarId}&${times}` });
    await check("contacts", "GET", "/contacts/{contactId}/appointments", { contactId });
    await check("calendars", "DELETE", "/calendars/events/{eventId}", { eventId });
    await check("locations", "GET", "/locations/{locationId}", { locationId });
    await check("locations", "GET", "/locations/{locationId}/customFields", { locationId });
    await check(
      "locations",
      "POST",
      "/locations/{locationId}/customFields",
      { locationId },
      { name: "Two", dataType: "TEXT" },
    );
    await check("locations", "GET", "/locations/{locationId}/tags", { locationId });
    await check("users", "GET", "/users/search", { query: `?companyId=${defaults.companyId}` });
    await check("users", "GET", "/users/{userId}", { userId: defaults.userId });
    await check("workflows", "GET", "/workflows/", here);
    await check("businesses", "POST", "/businesses/", {}, { name: "Acme", locationId });
    await check("businesses", "GET", "/businesses/", here);
    const { conversation } = (await check("conversations", "POST", "/conversations/", {}, { locationId, contactId }))
      .body;
    const message = {
      conversationId: conversation.id,
      conversationProviderId: defaults.app.conversationProviderId,
      type: "Call",
    };
    await check(
      "conversations",
      "POST",
      "/conversations/messages/outbound",
      {},
      { ...message, call: { status: "completed" } },
    );
    await check(
      "conversations",
      "POST",
      "/conversations/messages/inbound",
      {},
      { ...message, contactId, message: "x" },
    );
    await check("contacts", "DELETE", "/contacts/{contactId}", { contactId });
    assert.deepEqual(problems, []);
  });
}
