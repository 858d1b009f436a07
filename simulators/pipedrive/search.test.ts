import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, startSimulator } from "#simulators/kit";
import { createPipedriveSimulator, defaults, type PipedriveOptions } from "./index.ts";

async function start(t: { after(task: () => Promise<void>): void }, options: PipedriveOptions = {}) {
  const { url, control } = await startSimulator(t, createPipedriveSimulator, { limits: "off", ...options });
  const call = createCaller(`${url}/api`, { "x-api-token": defaults.apiToken });
  const company = control.company();
  const find = async (query: string) => {
    const { body } = await call("GET", `/v2/persons/search?${query}`);
    return body.data.items.map(({ item }: { item: { id: number } }) => item.id);
  };
  return { control, call, company, find };
}

test("a person is found by a part of the telephone number, the e-mail in any case, the name or a note", async (t) => {
  const { company, find, call } = await start(t);
  company.create("organizations", { name: "Acme" });
  const emails = [{ value: "Ana@Example.com" }];
  company.create("persons", { name: "Ana Diaz", phones: [{ value: "+14079780655" }], emails, org_id: 1 });
  company.create("persons", { name: "Ben", phones: [{ value: "(407) 978-0655" }] });
  company.addNote({ content: "<p>Wants a <b>metal</b> roof</p>", person_id: 2 });

  assert.deepEqual(await find("term=4079780655&fields=phone"), [1], "numbers are searched as they were written");
  assert.deepEqual(await find("term=ana@example.COM&fields=email&exact_match=true"), [1]);
  assert.deepEqual(await find("term=ana@example&fields=email&exact_match=true"), []);
  assert.deepEqual(await find("term=diaz+ana&fields=name"), [1], "words in any order");
  assert.deepEqual(await find("term=metal"), [2]);
  assert.deepEqual(await find("term=ana&organization_id=1"), [1]);
  const { body } = await call("GET", "/v2/persons/search?term=4079780655");
  assert.deepEqual(body.data.items[0].item.phones, ["+14079780655"], "plain texts, not objects");
  assert.equal((await call("GET", "/v2/persons/search?term=a")).status, 400);
  assert.equal((await call("GET", "/v2/persons/search?term=ab&fields=title")).status, 400);
});

test("when told so, search also finds a number by its digits", async (t) => {
  const { company, find, control } = await start(t);
  company.create("persons", { name: "Ben", phones: [{ value: "(407) 978-0655" }] });
  control.phoneSearch("digits");
  assert.deepEqual(await find("term=4079780655&fields=phone"), [1]);
});

test("a new person is missing from search until the index has it", async (t) => {
  const { company, control, find, call } = await start(t, { searchIndexLagMs: 5_000 });
  company.create("persons", { name: "Ana" });
  assert.deepEqual(await find("term=ana"), []);
  assert.equal((await call("GET", "/v2/persons/1")).status, 200);
  control.clock.advance(5_000);
  assert.deepEqual(await find("term=ana"), [1]);
  company.remove("persons", 1);
  assert.deepEqual(await find("term=ana"), []);
});

test("all kinds are searched at once, page by page, and values of one field with their case", async (t) => {
  const { company, call } = await start(t);
  company.create("persons", { name: "Metal Ana" });
  company.create("deals", { title: "Metal roof", person_id: 1 });
  company.create("organizations", { name: "Metal works" });
  const first = await call("GET", "/v2/itemSearch?term=metal&limit=2");
  assert.equal(first.body.data.items.length, 2);
  const second = await call(
    "GET",
    `/v2/itemSearch?term=metal&limit=2&cursor=${first.body.additional_data.next_cursor}`,
  );
  assert.deepEqual([second.body.data.items.length, second.body.additional_data.next_cursor], [1, null]);
  assert.equal((await call("GET", "/v2/itemSearch?term=metal&limit=101")).status, 400);
  const deals = await call("GET", "/v2/deals/search?term=metal&person_id=1&status=open");
  assert.equal(deals.body.data.items[0].item.person.name, "Metal Ana");

  const { field_code } = company.addField("person", { name: "Key", type: "varchar" });
  company.edit("persons", 1, { custom_fields: { [field_code]: "Call-1" } });
  const byField = async (term: string) =>
    (await call("GET", `/v2/itemSearch/field?entity_type=person&field=${field_code}&term=${term}`)).body.data;
  assert.deepEqual(await byField("Call-1"), [{ id: 1, name: "Metal Ana" }]);
  assert.deepEqual(await byField("call-1"), []);
});
