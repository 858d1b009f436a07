import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, startSimulator } from "#simulators/kit";
import { createPipedriveSimulator, defaults, type PipedriveOptions } from "./index.ts";

async function start(t: { after(task: () => Promise<void>): void }, options: PipedriveOptions = {}) {
  const { url, control } = await startSimulator(t, createPipedriveSimulator, { limits: "off", ...options });
  const call = createCaller(`${url}/api`, { "x-api-token": defaults.apiToken });
  return { url, control, call, company: control.company() };
}

const ana = { name: "Ana Maria Diaz", phones: [{ value: "(407) 978-0655" }], emails: [{ value: "Ana@Example.com" }] };

test("a person is made, read, changed and deleted, and keeps its telephone number as written", async (t) => {
  const { call } = await start(t);
  const made = await call("POST", "/v2/persons", ana);
  assert.equal(made.status, 200);
  const { data } = made.body;
  assert.deepEqual([data.first_name, data.last_name, data.owner_id], ["Ana", "Maria Diaz", defaults.userId]);
  assert.deepEqual(data.phones, [{ label: "", value: "(407) 978-0655", primary: true }]);
  assert.match(data.add_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

  const changed = await call("PATCH", `/v2/persons/${data.id}`, {
    phones: [{ value: "1", primary: true, label: "work" }],
  });
  assert.deepEqual(
    changed.body.data.phones,
    [{ value: "1", primary: true, label: "work" }],
    "the whole list is replaced",
  );
  assert.equal(changed.body.data.emails[0].value, "Ana@Example.com");

  assert.deepEqual((await call("DELETE", `/v2/persons/${data.id}`)).body, { success: true, data: { id: data.id } });
  assert.equal((await call("GET", `/v2/persons/${data.id}`)).body.data.is_deleted, true);
  assert.equal((await call("PATCH", `/v2/persons/${data.id}`, { name: "B" })).status, 410);
  assert.deepEqual((await call("GET", "/v2/persons")).body.data, []);
});

test("what was deleted is purged after 30 days", async (t) => {
  const { call, company, control } = await start(t);
  const { id } = company.create("persons", { name: "Ana" });
  company.remove("persons", Number(id));
  control.clock.advance(30 * 86_400_000);
  assert.equal((await call("GET", `/v2/persons/${id}`)).status, 404);
});

test("the same e-mail twice makes two persons", async (t) => {
  const { call, company } = await start(t);
  await call("POST", "/v2/persons", ana);
  await call("POST", "/v2/persons", ana);
  assert.deepEqual(company.repeated("persons", "emails"), { "Ana@Example.com": [1, 2] });
});

test("wrong bodies are refused by the name of the field", async (t) => {
  const { call } = await start(t);
  const wrong: Array<[path: string, body: unknown, named: RegExp]> = [
    ["/v2/persons", {}, /name: is required/],
    ["/v2/persons", { name: "A", email: "a@b.c" }, /email: is not a known field/],
    ["/v2/persons", { name: "A", phones: "1" }, /phones: must be a list/],
    ["/v2/persons", { name: "A", org_id: 9 }, /org_id: 9 does not exist/],
    ["/v2/persons", { name: "A", owner_id: 9 }, /owner_id: user 9 does not exist/],
    ["/v2/persons", { name: "A", visible_to: "3" }, /visible_to: must be one of/],
    ["/v2/persons", { name: "A", custom_fields: { nope: 1 } }, /custom_fields\.nope: is not a custom field/],
    ["/v2/deals", { value: 1 }, /title: is required/],
    ["/v2/deals", { title: "A", status: "deleted" }, /status: must be one of/],
    ["/v2/deals", { title: "A", stage_id: 99 }, /stage_id: 99 does not exist/],
    ["/v2/activities", { subject: "A", person_id: 1 }, /person_id: is read-only/],
    ["/v2/activities", { subject: "A", type: "dance" }, /type: dance is not an activity type/],
    ["/v2/activities", { subject: "A", due_time: "3 pm" }, /due_time: must be a time/],
    ["/v1/notes", { person_id: 1 }, /content: is required/],
    ["/v1/notes", { content: "x" }, /one of deal_id, person_id/],
    ["/v1/callLogs", { outcome: "great" }, /to_phone_number: is required.*outcome: must be one of/],
  ];
  for (const [path, body, named] of wrong) {
    const answer = await call("POST", path, body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.match(answer.body.error, named);
    assert.equal(answer.body.success, false);
  }
  assert.equal((await call("POST", "/v2/persons", "{")).status, 400);
  assert.equal((await call("GET", "/v2/nothing")).status, 404);
  assert.equal((await call("GET", "/v1/persons")).status, 404, "v1 paths with a v2 twin are gone");
});

test("a body that is not JSON is a wrong media type", async (t) => {
  const { url } = await start(t);
  const headers = { "x-api-token": defaults.apiToken, "content-type": "text/plain" };
  const answer = await fetch(`${url}/api/v2/persons`, { method: "POST", headers, body: '{"name":"A"}' });
  assert.equal(answer.status, 415);
});

test("fields of contact sync are refused unless the company has it", async (t) => {
  const without = await start(t);
  const body = { name: "Ana", job_title: "Roofer" };
  assert.equal((await without.call("POST", "/v2/persons", body)).status, 403);
  const { call } = await start(t, { companies: [{ contactSync: true }] });
  const made = await call("POST", "/v2/persons", body);
  assert.deepEqual([made.body.data.job_title, made.body.data.birthday], ["Roofer", null]);
});

test("lists are read by cursor in order of change, with an inclusive start and an exclusive end", async (t) => {
  const { call, company, control } = await start(t);
  control.clock.set("2026-02-01T00:00:00Z", { frozen: true });
  company.seed({ persons: 3 });
  control.clock.set("2026-02-02T00:00:00Z", { frozen: true });
  company.seed({ persons: 4 });
  company.edit("persons", 1, { name: "Changed" });

  const seen: number[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const query = new URLSearchParams({ sort_by: "update_time", limit: "2", updated_since: "2026-02-02T00:00:00Z" });
    if (cursor) query.set("cursor", cursor);
    const { body } = await call("GET", `/v2/persons?${query}`);
    seen.push(...body.data.map(({ id }: { id: number }) => id));
    cursor = body.additional_data.next_cursor;
    pages++;
  } while (cursor);

  assert.deepEqual([seen, pages], [[1, 4, 5, 6, 7], 3]);
  const until = await call("GET", "/v2/persons?updated_until=2026-02-02T00:00:00Z");
  assert.deepEqual(
    until.body.data.map(({ id }: { id: number }) => id),
    [2, 3],
  );
  for (const bad of [
    "limit=501",
    "cursor=xx",
    "sort_by=name",
    "updated_since=yesterday",
    `ids=${Array(101).fill(1)}`,
  ]) {
    assert.equal((await call("GET", `/v2/persons?${bad}`)).status, 400, bad);
  }
});

test("custom fields are written and read by their 40 characters, each by the rules of its type", async (t) => {
  const { call, company } = await start(t);
  const made = await call("POST", "/v2/personFields", {
    field_name: "Outcome",
    field_type: "enum",
    options: [{ label: "Qualified" }, { label: "No answer" }],
  });
  const { field_code: outcome, options } = made.body.data;
  assert.match(outcome, /^[0-9a-f]{40}$/);
  const budget = company.addField("person", { name: "Budget", type: "monetary" }).field_code;
  const tags = company.addField("person", { name: "Tags", type: "set", options: ["a", "b"] });
  const [first] = tags.options ?? [];
  const write = (custom_fields: unknown) => call("POST", "/v2/persons", { name: "Ana", custom_fields });

  const good = await write({
    [outcome]: options[0].id,
    [budget]: { value: 5, currency: "USD" },
    [tags.field_code]: [first?.id],
  });
  assert.equal(good.body.data.custom_fields[outcome], options[0].id);
  assert.equal((await write({ [outcome]: "Qualified" })).status, 400, "the label is not the id");
  assert.equal((await write({ [tags.field_code]: [] })).status, 400);
  assert.equal((await write({ [tags.field_code]: null })).status, 200);
  assert.equal((await write({ [budget]: 5 })).status, 400);

  await call("DELETE", `/v2/personFields/${outcome}`);
  const after = await write({ [outcome]: options[0].id });
  assert.match(after.body.error, new RegExp(outcome));
  const one = await call("GET", `/v2/persons/1?custom_fields=${budget}`);
  assert.deepEqual(Object.keys(one.body.data.custom_fields), [budget]);
});

test("options of a field are added, renamed and removed", async (t) => {
  const { call, company } = await start(t);
  const { field_code } = company.addField("deal", { name: "Source", type: "enum", options: ["Phone"] });
  const path = `/v2/dealFields/${field_code}`;
  const [added] = (await call("POST", `${path}/options`, [{ label: "Web" }])).body.data;
  await call("PATCH", `${path}/options`, [{ id: added.id, label: "Site" }]);
  assert.deepEqual(
    (await call("GET", path)).body.data.options.map(({ label }: { label: string }) => label),
    ["Phone", "Site"],
  );
  await call("DELETE", `${path}/options`, [{ id: added.id }]);
  assert.equal(
    (await call("POST", "/v2/deals", { title: "A", custom_fields: { [field_code]: added.id } })).status,
    400,
  );
  assert.equal((await call("PATCH", "/v2/dealFields/title", { field_name: "T" })).status, 403);
});

test("a deal follows its stage, and won and lost have their times", async (t) => {
  const { call, control } = await start(t, {
    companies: [
      {
        pipelines: [
          { name: "Sales", stages: ["New", "Visit"] },
          { name: "Service", stages: ["Open"] },
        ],
      },
    ],
  });
  control.clock.set("2026-03-01T10:00:00Z", { frozen: true });
  const { data } = (await call("POST", "/v2/deals", { title: "Roof", value: 9_000 })).body;
  assert.deepEqual([data.pipeline_id, data.stage_id, data.status, data.currency], [1, 1, "open", "USD"]);
  const moved = await call("PATCH", "/v2/deals/1", { stage_id: 3 });
  assert.deepEqual([moved.body.data.pipeline_id, moved.body.data.stage_change_time], [2, "2026-03-01T10:00:00Z"]);
  assert.equal((await call("PATCH", "/v2/deals/1", { pipeline_id: 1, stage_id: 3 })).status, 400);
  const won = await call("PATCH", "/v2/deals/1", { status: "won" });
  assert.deepEqual([won.body.data.won_time, won.body.data.lost_time], ["2026-03-01T10:00:00Z", null]);
  assert.equal((await call("GET", "/v2/deals?status=won")).body.data.length, 1);
  assert.equal((await call("GET", "/v2/deals?status=open,lost")).body.data.length, 0);
  await call("DELETE", "/v2/deals/1");
  assert.equal((await call("GET", "/v2/deals")).body.data.length, 0);
  assert.equal((await call("GET", "/v2/deals?status=deleted")).body.data.length, 1);
  await call("POST", "/v2/deals", { title: "Old", is_archived: true });
  assert.equal((await call("GET", "/v2/deals")).body.data.length, 0);
  assert.equal((await call("GET", "/v2/deals/archived")).body.data.length, 1);
});

test("a plan's limit of deals answers with its code", async (t) => {
  const { call } = await start(t, { companies: [{ dealsLimit: 1 }] });
  await call("POST", "/v2/deals", { title: "A" });
  const { status, body } = await call("POST", "/v2/deals", { title: "B" });
  assert.deepEqual([status, body.code], [403, "feature_capping_deals_limit"]);
});

test("an activity gets its person by its participants", async (t) => {
  const { call, company } = await start(t);
  company.seed({ persons: 2 });
  const { data } = (
    await call("POST", "/v2/activities", {
      subject: "Inspection",
      type: "meeting",
      due_date: "2026-03-02",
      due_time: "15:00",
      duration: "01:00",
      participants: [{ person_id: 1 }, { person_id: 2, primary: true }],
    })
  ).body;
  assert.deepEqual([data.person_id, data.due_time, data.done], [2, "15:00:00", false]);
  assert.equal((await call("GET", "/v2/activities?person_id=2")).body.data.length, 1);
  assert.equal((await call("GET", "/v2/activities?person_id=1")).body.data.length, 0, "only the primary one counts");
});

test("notes page by start and limit, and tell what they belong to", async (t) => {
  const { call, company } = await start(t);
  company.create("persons", { name: "Ana" });
  for (const content of ["<b>one</b>", "two", "three"]) await call("POST", "/v1/notes", { content, person_id: 1 });
  const { body } = await call("GET", "/v1/notes?person_id=1&limit=2&sort=id%20DESC");
  assert.deepEqual(
    body.data.map(({ content }: { content: string }) => content),
    ["three", "two"],
  );
  assert.deepEqual(body.additional_data.pagination, {
    start: 0,
    limit: 2,
    more_items_in_collection: true,
    next_start: 2,
  });
  assert.deepEqual(body.data[0].person, { name: "Ana" });
  assert.match(body.data[0].add_time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  await call("PUT", "/v1/notes/1", { content: "new" });
  assert.equal((await call("GET", "/v1/notes/1")).body.data.content, "new");
  assert.equal((await call("DELETE", "/v1/notes/1")).body.data, true);
  assert.equal((await call("GET", "/v1/notes/1")).status, 404);
  assert.equal((await call("POST", "/v1/notes", { content: "x", person_id: 77 })).status, 400);
});

test("a call log makes an activity that is done, and takes one recording", async (t) => {
  const { url, call, company } = await start(t);
  company.create("persons", { name: "Ana" });
  const { data } = (
    await call("POST", "/v1/callLogs", {
      outcome: "connected",
      to_phone_number: "+14079780655",
      start_time: "2026-03-01 10:00:00",
      end_time: "2026-03-01 10:01:30",
      person_id: 1,
      subject: "Call with Ana",
      note: "<p>Wants a roof</p>",
    })
  ).body;
  assert.deepEqual([data.duration, data.start_time, data.has_recording], ["90", "2026-03-01T10:00:00.000Z", false]);
  const activity = company.get("activities", data.activity_id);
  assert.deepEqual([activity?.person_id, activity?.done, activity?.type], [1, true, "call"]);

  const upload = () => {
    const body = new FormData();
    body.set("file", new Blob([new Uint8Array([1, 2, 255])]), "call.mp3");
    const headers = { "x-api-token": defaults.apiToken };
    return fetch(`${url}/api/v1/callLogs/${data.id}/recordings`, { method: "POST", headers, body });
  };
  assert.equal((await upload()).status, 200);
  assert.equal((await upload()).status, 409);
  assert.deepEqual(company.recording(data.id), new Uint8Array([1, 2, 255]));
  assert.equal((await call("GET", `/v1/callLogs/${data.id}`)).body.data.has_recording, true);
  assert.equal((await call("DELETE", `/v1/callLogs/${data.id}`)).status, 200);
  assert.equal((await call("DELETE", `/v1/callLogs/${data.id}`)).status, 410);
});

test("only the caller's own call logs are listed", async (t) => {
  const { url, call, control } = await start(t);
  const other = control.addApiToken({ userId: defaults.userId + 1 });
  const log = {
    outcome: "busy",
    to_phone_number: "1",
    start_time: "2026-03-01 10:00:00",
    end_time: "2026-03-01 10:00:00",
  };
  await call("POST", "/v1/callLogs", log);
  const theirs = await createCaller(`${url}/api`, { "x-api-token": other })("GET", "/v1/callLogs");
  assert.deepEqual([theirs.body.data.length, (await call("GET", "/v1/callLogs")).body.data.length], [0, 1]);
});

test("a file keeps its bytes and what it belongs to", async (t) => {
  const { url, company } = await start(t);
  company.create("deals", { title: "Roof" });
  const body = new FormData();
  body.set("file", new Blob([new Uint8Array([0, 200, 255])]), "roof.jpg");
  body.set("deal_id", "1");
  const headers = { "x-api-token": defaults.apiToken };
  const made = await fetch(`${url}/api/v1/files`, { method: "POST", headers, body });
  const { data } = (await made.json()) as { data: { id: number; deal_id: number; url: string } };
  assert.equal(data.deal_id, 1);
  const bytes = new Uint8Array(await (await fetch(data.url, { headers })).arrayBuffer());
  assert.deepEqual(bytes, new Uint8Array([0, 200, 255]));
});

test("a merge keeps the other record's values, moves what was linked, and shows in recent changes", async (t) => {
  const { call, company } = await start(t);
  company.create("persons", { ...ana, name: "Lost" });
  company.create("persons", { name: "Kept", phones: [{ value: "1" }] });
  company.addNote({ content: "x", person_id: 1 });
  const { body } = await call("PUT", "/v1/persons/1/merge", { merge_with_id: 2 });
  assert.deepEqual([body.data.id, body.data.name, body.data.merge_what_id], [2, "Kept", 1]);
  const kept = company.get("persons", 2);
  assert.deepEqual(
    ((kept?.phones ?? []) as Array<{ value: string }>).map(({ value }) => value),
    ["1", "(407) 978-0655"],
  );
  assert.equal(company.findBy("notes", "person_id", 2).length, 1);
  const recents = await call("GET", "/v1/recents?since_timestamp=2020-01-01%2000:00:00&items=person");
  const flags = recents.body.data.map(({ id, data }: { id: number; data: { active_flag: boolean } }) => [
    id,
    data.active_flag,
  ]);
  assert.deepEqual(flags, [
    [1, false],
    [2, true],
  ]);
});

test("a lead needs a person or an organization, and has an id of its own kind", async (t) => {
  const { call, company } = await start(t);
  company.create("persons", { name: "Ana" });
  assert.equal((await call("POST", "/v1/leads", { title: "Roof" })).status, 400);
  const { status, body } = await call("POST", "/v1/leads", { title: "Roof", person_id: 1 });
  assert.equal(status, 201);
  assert.match(body.data.id, /^[0-9a-f-]{36}$/);
  assert.equal((await call("POST", "/v1/notes", { content: "x", lead_id: body.data.id })).status, 200);
  assert.equal((await call("DELETE", `/v1/leads/${body.data.id}`)).status, 200);
  assert.equal((await call("GET", `/v1/leads/${body.data.id}`)).status, 404);
});

test("companies do not see each other, and a write whose answer is lost was done", async (t) => {
  const { url, control, company } = await start(t);
  const other = control.addCompany({ name: "Other" });
  const call = createCaller(`${url}/api`, { "x-api-token": control.addApiToken({ companyId: other.id }) });
  company.create("persons", { name: "Ana" });
  assert.equal((await call("GET", "/v2/persons/1")).status, 404);
  control.fault({ kind: "commit-then-drop", match: { method: "POST" }, count: 1 });
  await assert.rejects(call("POST", "/v2/persons", { name: "Ben" }));
  assert.equal(other.count("persons"), 1);
});
