import assert from "node:assert/strict";
import { test } from "node:test";
import { startSimulator } from "#simulators/kit";
import { createPipedriveSimulator, defaults } from "./index.ts";

test("the page shows persons with their fields, and notes, as text and never as markup", async (t) => {
  const { url, control } = await startSimulator(t, createPipedriveSimulator);
  const company = control.company();
  const { field_code } = company.addField("person", { name: "Outcome", type: "varchar" });
  company.create("persons", { name: "<img src=x>", custom_fields: { [field_code]: "qualified" } });
  company.addNote({ content: "<script>alert(1)</script>", person_id: 1 });
  const pageOf = async (query = "") => (await fetch(`${url}/_simulator${query}`)).text();
  const [persons, notes] = [await pageOf(), await pageOf("?type=notes")];
  assert.match(persons, /&lt;img src=x&gt;/);
  assert.match(persons, /Outcome: qualified/);
  assert.match(notes, /&lt;script&gt;/);
  assert.doesNotMatch(persons + notes, /<script|<img/);
});

test("the state tells counts and records, page by page, and knobs work over HTTP", async (t) => {
  const { url } = await startSimulator(t, createPipedriveSimulator);
  const turn = async (knob: string, body: unknown) =>
    (await fetch(`${url}/_simulator/${knob}`, { method: "POST", body: JSON.stringify(body) })).json();
  const state = async (query = "") => (await fetch(`${url}/_simulator/state.json${query}`)).json();
  assert.deepEqual(await turn("seed", { persons: 120, deals: 1 }), { persons: 120, deals: 1 });
  // biome-ignore lint/suspicious/noExplicitAny: looked into by assertions
  const all = (await state()) as any;
  assert.deepEqual([all.companies[0].id, all.companies[0].counts.persons], [defaults.companyId, 120]);
  // biome-ignore lint/suspicious/noExplicitAny: looked into by assertions
  const page = (await state("?type=persons&after=100&limit=100")) as any;
  assert.deepEqual([page.total, page.records.length, page.after], [120, 20, undefined]);
  assert.equal((await fetch(`${url}/_simulator?after=100`)).status, 200);

  // biome-ignore lint/suspicious/noExplicitAny: looked into by assertions
  const { accessToken } = (await turn("connect", {})) as any;
  const me = () => fetch(`${url}/api/v1/users/me`, { headers: { authorization: `Bearer ${accessToken}` } });
  assert.equal((await me()).status, 200);
  await turn("fault", { kind: "status", status: 429, count: 1 });
  assert.equal((await me()).status, 429);
  assert.deepEqual(await turn("revoke", { clientId: defaults.app.clientId }), { revoked: 1 });
  assert.equal((await me()).status, 401);
  await turn("reset", {});
  // biome-ignore lint/suspicious/noExplicitAny: looked into by assertions
  assert.equal(((await state()) as any).companies[0].counts.persons, 0);
});
