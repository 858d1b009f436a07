import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, startSimulator } from "#simulators/kit";
import { createGoHighLevelSimulator, defaults, type GoHighLevelOptions } from "./index.ts";

const { locationId } = defaults;

async function start(t: { after(task: () => Promise<void>): void }, options: GoHighLevelOptions = {}) {
  const { url, control } = await startSimulator(t, createGoHighLevelSimulator, { limits: "off", ...options });
  const authorization = `Bearer ${defaults.privateToken}`;
  const call = createCaller(url, { authorization, version: "v3" });
  const old = createCaller(url, { authorization, version: "2021-07-28" });
  return { url, control, call, old, location: control.location() };
}

const oneLocation = (location: object): GoHighLevelOptions => ({
  companies: [{ id: defaults.companyId, locations: [{ id: locationId, ...location }] }],
});

test("a contact is made with its number as E.164 and its tags in small letters, and told apart from its double", async (t) => {
  const { call } = await start(t);
  const ana = {
    locationId,
    name: "Ana Maria Diaz",
    phone: "(407) 978-0655",
    email: "Ana@Example.com",
    tags: ["VIP", "vip"],
  };
  const made = await call("POST", "/contacts/", ana);
  assert.equal(made.status, 201);
  const { contact } = made.body;
  assert.deepEqual([contact.phone, contact.emailLowerCase, contact.tags], ["+14079780655", "ana@example.com", ["vip"]]);
  assert.deepEqual([contact.firstName, contact.lastName], ["Ana", "Maria Diaz"]);

  const twice = await call("POST", "/contacts/", { locationId, firstName: "B", phone: "+14079780655" });
  assert.equal(twice.status, 400);
  assert.deepEqual(twice.body.meta, { contactId: contact.id, contactName: "Ana Maria Diaz", matchingField: "phone" });
  const find = async (query: string) =>
    (await call("GET", `/contacts/search/duplicate?locationId=${locationId}&${query}`)).body.contact;
  assert.equal((await find("number=%2B14079780655")).id, contact.id);
  assert.equal((await find("email=ANA@example.com")).id, contact.id);
  assert.equal(await find("email=nobody@example.com"), null);
});

test("an upsert follows the location's rule for duplicates", async (t) => {
  const { call, location } = await start(t);
  const body = { locationId, firstName: "Ana", phone: "+14079780655" };
  const first = await call("POST", "/contacts/upsert", body);
  const second = await call("POST", "/contacts/upsert", {
    ...body,
    city: "Orlando",
    createNewIfDuplicateAllowed: true,
  });
  assert.deepEqual([first.body.new, second.body.new, second.body.contact.city], [true, false, "Orlando"]);
  assert.equal(location.count("contacts"), 1);
  const loose = await start(t, oneLocation({ allowDuplicateContact: true }));
  await loose.call("POST", "/contacts/", body);
  assert.equal((await loose.call("POST", "/contacts/", body)).status, 201);
  assert.equal((await loose.call("POST", "/contacts/upsert", body)).body.new, false);
  assert.equal(
    (await loose.call("POST", "/contacts/upsert", { ...body, createNewIfDuplicateAllowed: true })).body.new,
    true,
  );
  assert.equal(loose.location.repeated("contacts", "phone")["+14079780655"]?.length, 3);
});

test("a change is partial, but tags are written over as a whole; each version spells success its own way", async (t) => {
  const { call, old, location } = await start(t);
  const { id } = location.createContact({ firstName: "Ana", lastName: "Diaz", tags: ["a", "b"] });
  const changed = await call("PUT", `/contacts/${id}`, { tags: ["c"] });
  assert.deepEqual(
    [changed.body.succeeded, changed.body.contact.lastName, changed.body.contact.tags],
    [true, "Diaz", ["c"]],
  );
  assert.deepEqual((await call("POST", `/contacts/${id}/tags`, { tags: ["D"] })).body.tags, ["c", "d"]);
  assert.deepEqual((await call("DELETE", `/contacts/${id}/tags`, { tags: ["c"] })).body.tags, ["d"]);
  assert.equal((await old("PUT", `/contacts/${id}`, { city: "Tampa" })).body.succeded, true);
  assert.equal((await old("DELETE", `/contacts/${id}`)).body.succeded, true);
  const gone = await call("GET", `/contacts/${id}`);
  assert.deepEqual([gone.status, gone.body.message], [400, `Contact with id ${id} not found`]);
});

test("wrong bodies are told in a list, unknown members too", async (t) => {
  const { call, location } = await start(t);
  const { id } = location.createContact({ firstName: "Ana" });
  const wrong: Array<[method: string, path: string, body: unknown, status: number, text: RegExp]> = [
    ["POST", "/contacts/", { firstName: "A" }, 422, /locationId should not be empty/],
    ["POST", "/contacts/", { locationId, phone: 1 }, 422, /phone must be a string/],
    ["PUT", `/contacts/${id}`, { locationId }, 422, /property locationId should not exist/],
    ["POST", "/contacts/", { locationId, email: "no" }, 400, /email must be an email/],
    ["POST", "/contacts/", { locationId, customFields: [{ id: "x", fieldValue: "1" }] }, 400, /Custom field with id x/],
    ["POST", `/contacts/${id}/notes`, {}, 422, /body should not be empty/],
    ["POST", `/contacts/${id}/notes`, { body: "x", userId: "nobody" }, 400, /User with id nobody/],
    ["POST", "/contacts/search", { locationId }, 422, /pageLimit should not be empty/],
    ["POST", "/opportunities/", { locationId }, 422, /pipelineId should not be empty/],
    ["POST", "/calendars/events/appointments", { locationId }, 422, /calendarId should not be empty/],
    ["POST", "/contacts/", "{", 400, /JSON/],
  ];
  for (const [method, path, body, status, text] of wrong) {
    const answer = await call(method, path, body);
    assert.equal(answer.status, status, path + JSON.stringify(body));
    assert.match([answer.body.message].flat().join(), text);
    assert.equal(Array.isArray(answer.body.message), status === 422);
  }
});

test("a number that is none is dropped, or refused when told so", async (t) => {
  const { call } = await start(t);
  const body = { locationId, firstName: "Ana", phone: "12" };
  assert.equal((await call("POST", "/contacts/", body)).body.contact.phone, undefined);
  const strict = await start(t, { wrongPhone: "refuse" });
  assert.equal((await strict.call("POST", "/contacts/", body)).status, 400);
});

test("custom fields are written as fieldValue, or field_value before v3, and read as value", async (t) => {
  const { call, old, location } = await start(t);
  const outcome = location.addField({ name: "Outcome", dataType: "SINGLE_OPTIONS", picklistOptions: ["good", "bad"] });
  const summary = location.addField({ name: "Call summary" });
  const list = await call("GET", `/locations/${locationId}/customFields?model=contact`);
  assert.deepEqual(
    list.body.customFields.map(({ fieldKey }: { fieldKey: string }) => fieldKey),
    ["contact.outcome", "contact.call_summary"],
  );
  const write = (customFields: unknown) =>
    call("POST", "/contacts/upsert", { locationId, email: "a@b.co", customFields });
  await write([{ id: outcome.id, fieldValue: "good" }]);
  const both = await write([{ key: "call_summary", fieldValue: "Roof" }]);
  assert.deepEqual(both.body.contact.customFields, [
    { id: outcome.id, value: "good" },
    { id: summary.id, value: "Roof" },
  ]);
  assert.equal((await write([{ id: outcome.id, fieldValue: "great" }])).status, 400);
  const older = await old("PUT", `/contacts/${both.body.contact.id}`, {
    customFields: [{ id: summary.id, field_value: "New" }],
  });
  assert.equal(older.body.contact.customFields.at(-1).value, "New");
});

test("search filters, sorts, lags behind, and goes beyond 10,000 only by searchAfter", async (t) => {
  const { call, control, location } = await start(t, { searchIndexLagMs: 5_000 });
  control.clock.set("2026-03-01T00:00:00Z", { frozen: true });
  location.seed({ contacts: 3 });
  const search = async (body: object) =>
    (await call("POST", "/contacts/search", { locationId, pageLimit: 2, ...body })).body;
  assert.equal((await search({})).total, 0);
  control.clock.advance(60_000);
  location.editContact(String(location.list("contacts")[1]?.id), { tags: ["vip"] });
  control.clock.advance(60_000);
  const sort = [{ field: "dateUpdated", direction: "asc" }];
  const first = await search({ sort });
  const second = await search({ sort, searchAfter: first.contacts.at(-1).searchAfter });
  const names = [...first.contacts, ...second.contacts].map(({ lastName }: { lastName: string }) => lastName);
  assert.deepEqual([first.total, names.toSorted(), names[2]], [3, ["1", "2", "3"], "2"]);
  const filters = (...list: object[]) => search({ filters: list });
  assert.equal((await filters({ field: "tags", operator: "eq", value: "vip" })).total, 1);
  assert.equal((await filters({ field: "phone", operator: "eq", value: "+14075550003" })).total, 1);
  assert.equal(
    (await filters({ field: "dateUpdated", operator: "range", value: { gt: "2026-03-01T00:00:30Z" } })).total,
    1,
  );
  const either = [
    { field: "lastName", operator: "eq", value: "1" },
    { field: "email", operator: "contains", value: "customer3@" },
  ];
  assert.equal((await filters({ group: "OR", filters: either })).total, 2);
  assert.equal((await search({ query: "customer2@" })).total, 1);
  assert.match((await search({ page: 5_001 })).message, /searchAfter/);
  assert.equal((await search({ query: "x".repeat(76) })).statusCode, 422);
});

test("notes and tasks hang on their contact, and a workflow takes a contact in when it is published", async (t) => {
  const { call, control } = await start(
    t,
    oneLocation({
      workflows: [
        { id: "live", name: "A" },
        { id: "draft", name: "B", status: "draft" },
      ],
    }),
  );
  const location = control.location();
  const { id } = location.createContact({ firstName: "Ana" });
  const note = await call("POST", `/contacts/${id}/notes`, { body: "Wants a roof", title: "Call" });
  assert.deepEqual([note.status, note.body.note.contactId], [201, id]);
  assert.equal((await call("GET", `/contacts/${id}/notes`)).body.notes.length, 1);
  const task = { title: "Call back", dueDate: "2026-03-01T10:00:00Z", completed: false };
  assert.equal((await call("POST", `/contacts/${id}/tasks`, task)).status, 201);
  assert.equal((await call("POST", `/contacts/${id}/tasks`, { ...task, dueDate: "soon" })).status, 422);
  for (const workflow of ["live", "draft"])
    assert.equal((await call("POST", `/contacts/${id}/workflow/${workflow}`, {})).status, 200);
  assert.equal((await call("POST", `/contacts/${id}/workflow/none`, {})).status, 400);
  assert.deepEqual(
    location.enrollments().map(({ workflowId }) => workflowId),
    ["live"],
  );
});

test("an opportunity moves through its pipeline, and a search knows it by contact and status", async (t) => {
  const { call, old, location } = await start(t);
  const contactId = location.createContact({ firstName: "Ana" }).id;
  const [pipeline] = (await call("GET", `/opportunities/pipelines?locationId=${locationId}`)).body.pipelines;
  const body = { locationId, pipelineId: pipeline.id, name: "Roof", status: "open", contactId, monetaryValue: 9_000 };
  const made = await call("POST", "/opportunities/", body);
  assert.deepEqual([made.status, made.body.opportunity.pipelineStageId], [201, pipeline.stages[0].id]);
  const { id } = made.body.opportunity;
  assert.equal((await call("PUT", `/opportunities/${id}`, { pipelineStageId: "none" })).status, 400);
  await call("PUT", `/opportunities/${id}/status`, { status: "won" });
  const { status, monetaryValue, lastStatusChangeAt } = (await call("GET", `/opportunities/${id}`)).body.opportunity;
  assert.deepEqual([status, monetaryValue, typeof lastStatusChangeAt], ["won", 9_000, "string"]);
  const found = await call("GET", `/opportunities/search?locationId=${locationId}&contactId=${contactId}&status=won`);
  assert.equal(found.body.meta.total, 1);
  const older = await old("GET", `/opportunities/search?location_id=${locationId}&pipeline_id=${pipeline.id}&limit=1`);
  assert.equal(older.body.opportunities.length, 1);
  const upserted = await call("POST", "/opportunities/upsert", { ...body, status: "lost" });
  assert.deepEqual([upserted.body.new, upserted.body.opportunity.id], [false, id]);
  const filters = [{ field: "status", operator: "eq", value: "lost" }];
  assert.equal((await call("POST", "/opportunities/search", { locationId, filters })).body.total, 1);
});

test("free slots stand in the asked zone across a change of clocks, and a taken one is refused", async (t) => {
  const { call, control, location } = await start(t);
  control.clock.set("2026-03-06T12:00:00Z", { frozen: true });
  const contactId = location.createContact({ firstName: "Ana" }).id;
  const [from, until] = [Date.parse("2026-03-06T00:00:00Z"), Date.parse("2026-03-10T00:00:00Z")];
  const path = `/calendars/${defaults.calendarId}/free-slots?startDate=${from}&endDate=${until}`;
  const { traceId, ...days } = (await call("GET", path)).body;
  assert.ok(traceId);
  assert.deepEqual(Object.keys(days), ["2026-03-06", "2026-03-09"], "no week-end");
  assert.equal(days["2026-03-06"].slots[0], "2026-03-06T09:00:00-05:00");
  assert.equal(days["2026-03-09"].slots[0], "2026-03-09T09:00:00-04:00");
  const book = (startTime: string) =>
    call("POST", "/calendars/events/appointments", {
      locationId,
      calendarId: defaults.calendarId,
      contactId,
      startTime,
    });
  const booked = await book("2026-03-09T09:00:00-04:00");
  assert.deepEqual([booked.status, booked.body.endTime], [200, "2026-03-09T14:00:00.000Z"]);
  assert.equal((await book("2026-03-09T13:30:00Z")).status, 400, "it overlaps");
  assert.equal((await book("2026-03-09T10:00:00")).status, 422, "no offset");
  assert.ok(!(await call("GET", path)).body["2026-03-09"].slots.includes("2026-03-09T09:00:00-04:00"));
  await call("PUT", `/calendars/events/appointments/${booked.body.id}`, { appointmentStatus: "cancelled" });
  assert.equal((await book("2026-03-09T09:00:00-04:00")).status, 200);
  assert.equal((await call("GET", `/contacts/${contactId}/appointments`)).body.events.length, 2);
  assert.equal((await call("DELETE", `/calendars/events/${booked.body.id}`)).status, 201);
  assert.equal((await call("GET", path.replace(String(until), String(until + 40 * 86_400_000)))).status, 400);
});

test("a call is written into a conversation by a registered provider, and its recording read back", async (t) => {
  const { url, call, location } = await start(t);
  const contactId = location.createContact({ firstName: "Ana" }).id;
  const { conversation } = (await call("POST", "/conversations/", { locationId, contactId })).body;
  const body = {
    type: "Call",
    conversationId: conversation.id,
    conversationProviderId: defaults.app.conversationProviderId,
    attachments: ["https://example.com/call.mp3"],
    call: { to: "+1407", from: "+1321", status: "completed" },
  };
  const made = await call("POST", "/conversations/messages/outbound", body);
  assert.equal(made.body.success, true);
  assert.equal(
    (await call("POST", "/conversations/messages/outbound", { ...body, conversationProviderId: "x" })).status,
    400,
  );
  assert.equal(
    (await call("POST", "/conversations/messages/outbound", { ...body, call: { status: "great" } })).status,
    400,
  );
  location.addRecording(made.body.messageId, new Uint8Array([1, 255]));
  const path = `/conversations/messages/${made.body.messageId}/locations/${locationId}/recording`;
  const answer = await fetch(url + path, {
    headers: { authorization: `Bearer ${defaults.privateToken}`, version: "v3" },
  });
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), new Uint8Array([1, 255]));
});

test("the page shows a contact as text, and the state and the knobs work over HTTP", async (t) => {
  const { url, control, location } = await start(t);
  location.createContact({ firstName: "<img src=x>" });
  const text = await (await fetch(`${url}/_simulator`)).text();
  assert.match(text, /&lt;img src=x&gt;/);
  assert.doesNotMatch(text, /<img/);
  await fetch(`${url}/_simulator/seed`, { method: "POST", body: JSON.stringify({ contacts: 60 }) });
  // biome-ignore lint/suspicious/noExplicitAny: looked into by assertions
  const state = (await (await fetch(`${url}/_simulator/state.json`)).json()) as any;
  assert.equal(state.locations[0].counts.contacts, 61);
  assert.match(await (await fetch(`${url}/_simulator`)).text(), /rel="next"/);
  control.reset();
  assert.equal(control.location().count("contacts"), 0);
});

test("a write whose answer is lost was done", async (t) => {
  const { call, control, location } = await start(t);
  control.fault({ kind: "commit-then-drop", match: { method: "POST" }, count: 1 });
  await assert.rejects(call("POST", "/contacts/", { locationId, email: "a@b.co" }));
  assert.equal(location.count("contacts"), 1);
});
