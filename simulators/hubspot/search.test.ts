import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, startSimulator } from "#simulators/kit";
import { createHubSpotSimulator, defaults, type HubSpotOptions } from "./index.ts";

async function start(t: { after(task: () => Promise<void>): void }, options: HubSpotOptions = {}) {
  const { url, control } = await startSimulator(t, createHubSpotSimulator, { limits: "off", ...options });
  const call = createCaller(url, { authorization: `Bearer ${defaults.staticToken}` });
  const search = async (body: object, type = "contacts") =>
    (await call("POST", `/crm/objects/2026-09/${type}/search`, body)).body;
  const where = (propertyName: string, operator: string, rest: object = {}) => ({
    filterGroups: [{ filters: [{ propertyName, operator, ...rest }] }],
  });
  const names = async (body: object) =>
    (await search({ properties: ["firstname"], ...body })).results.map(
      (one: { properties: { firstname: string } }) => one.properties.firstname,
    );
  return { url, control, call, search, where, names, portal: control.portal() };
}

test("search sees a write only after the lag; reads see it at once", async (t) => {
  const { control, portal, call, search, where } = await start(t, { searchIndexLagMs: 30_000 });
  const { id } = portal.create("contacts", { email: "a@example.com", phone: "+14079780655" });
  const byPhone = where("hs_searchable_calculated_phone_number", "EQ", { value: "4079780655" });

  assert.equal((await search(byPhone)).total, 0);
  assert.equal((await call("GET", `/crm/objects/2026-09/contacts/${id}`)).status, 200);
  control.clock.advance(30_000);
  assert.equal((await search(byPhone)).total, 1);

  portal.edit("contacts", id, { phone: "+14075550100" });
  assert.equal((await search(byPhone)).total, 1, "still the old number");
  control.clock.advance(30_000);
  assert.equal((await search(byPhone)).total, 0);
  assert.equal((await search(where("hs_searchable_calculated_phone_number", "EQ", { value: "4075550100" }))).total, 1);
});

test("an index that was built before the write follows it, also through deletion", async (t) => {
  const { portal, search, where } = await start(t);
  const byEmail = where("email", "EQ", { value: "A@example.com" });
  assert.equal((await search(byEmail)).total, 0);
  const { id } = portal.create("contacts", { email: "a@example.com" });
  assert.equal((await search(byEmail)).total, 1);
  portal.archive("contacts", id);
  assert.equal((await search(byEmail)).total, 0);
});

test("phone numbers are searched without their country code", async (t) => {
  const { portal, search, where } = await start(t);
  portal.create("contacts", { firstname: "US", phone: "+1 (407) 978-0655" });
  portal.create("contacts", { firstname: "DE", phone: "+49 30 901820", mobilephone: "+4915112345678" });
  const total = async (property: string, value: string) => (await search(where(property, "EQ", { value }))).total;

  assert.equal(await total("hs_searchable_calculated_phone_number", "4079780655"), 1);
  assert.equal(await total("hs_searchable_calculated_phone_number", "14079780655"), 0);
  assert.equal(await total("hs_searchable_calculated_phone_number", "30901820"), 1);
  assert.equal(await total("hs_searchable_calculated_mobile_number", "15112345678"), 1);
  assert.equal(await total("phone", "+14079780655"), 0, "the typed text is kept as it is");
});

test("paging ends at 10,000 results", async (t) => {
  const { portal, call, search } = await start(t);
  portal.seed({ contacts: 10_050 });

  const last = await search({ limit: 200, after: "9800" });
  assert.deepEqual([last.total, last.results.length, last.paging.next.after], [10_050, 200, "10000"]);
  const past = await call("POST", "/crm/objects/2026-09/contacts/search", { limit: 200, after: "10000" });
  assert.deepEqual([past.status, past.body.category], [400, "VALIDATION_ERROR"]);
});

test("a search body has its limits", async (t) => {
  const { call } = await start(t);
  const filter = { propertyName: "email", operator: "HAS_PROPERTY" };
  const groups = (count: number, size: number) =>
    Array.from({ length: count }, () => ({ filters: Array.from({ length: size }, () => filter) }));
  const status = async (body: object) => (await call("POST", "/crm/objects/2026-09/contacts/search", body)).status;

  assert.equal(await status({ filterGroups: groups(3, 6) }), 200);
  assert.equal(await status({ filterGroups: groups(6, 1) }), 400);
  assert.equal(await status({ filterGroups: groups(1, 7) }), 400);
  assert.equal(await status({ filterGroups: groups(4, 5) }), 400);
  assert.equal(await status({ limit: 200 }), 200);
  assert.equal(await status({ limit: 201 }), 400);
  assert.equal(await status({ after: "x" }), 400);
  assert.equal(await status({ sorts: [{ propertyName: "email" }, { propertyName: "phone" }] }), 400);
  assert.equal(await status({ query: "x".repeat(3_000) }), 400);
  assert.equal(
    await status({ filterGroups: [{ filters: [{ propertyName: "nonsense", operator: "EQ", value: "x" }] }] }),
    400,
  );
  assert.equal(
    await status({ filterGroups: [{ filters: [{ propertyName: "email", operator: "LIKE", value: "x" }] }] }),
    400,
  );
  assert.equal(
    await status({ filterGroups: [{ filters: [{ propertyName: "email", operator: "IN", value: "x" }] }] }),
    400,
  );
});

test("each operator finds what it says", async (t) => {
  const { control, portal, names, where } = await start(t);
  control.clock.set("2026-02-01T00:00:00Z", { frozen: true });
  for (const [firstname, email, city] of [
    ["Ana", "ana@acme.test", "Orlando"],
    ["Ben", "ben@acme.test", ""],
    ["Cem", "cem@other.test", "Tampa"],
  ] as const) {
    portal.create("contacts", { firstname, email, ...(city ? { city } : {}) });
    control.clock.advance(60_000);
  }
  const at = (minutes: number) => String(Date.parse("2026-02-01T00:00:00Z") + minutes * 60_000);

  assert.deepEqual(await names(where("firstname", "EQ", { value: "ana" })), ["Ana"]);
  assert.deepEqual(await names(where("firstname", "NEQ", { value: "Ana" })), ["Ben", "Cem"]);
  assert.deepEqual(
    await names(where("firstname", "IN", { values: ["ana", "Ben"] })),
    ["Ana"],
    "a capital letter never matches",
  );
  assert.deepEqual(await names(where("firstname", "NOT_IN", { values: ["ana"] })), ["Ben", "Cem"]);
  assert.deepEqual(await names(where("city", "HAS_PROPERTY")), ["Ana", "Cem"]);
  assert.deepEqual(await names(where("city", "NOT_HAS_PROPERTY")), ["Ben"]);
  assert.deepEqual(await names(where("email", "CONTAINS_TOKEN", { value: "*@acme.test" })), ["Ana", "Ben"]);
  assert.deepEqual(await names(where("email", "NOT_CONTAINS_TOKEN", { value: "*@acme.test" })), ["Cem"]);
  assert.deepEqual(await names(where("lastmodifieddate", "GTE", { value: at(1) })), ["Ben", "Cem"]);
  assert.deepEqual(await names(where("lastmodifieddate", "GT", { value: at(1) })), ["Cem"]);
  assert.deepEqual(await names(where("lastmodifieddate", "LT", { value: "2026-02-01T00:01:00Z" })), ["Ana"]);
  assert.deepEqual(await names(where("lastmodifieddate", "LTE", { value: at(1) })), ["Ana", "Ben"]);
  assert.deepEqual(await names(where("createdate", "BETWEEN", { value: at(1), highValue: at(2) })), ["Ben", "Cem"]);
  assert.deepEqual(await names({ query: "acme" }), ["Ana", "Ben"]);
});

test("groups are alternatives, filters in one must all hold, and a sort orders the whole", async (t) => {
  const { portal, names } = await start(t);
  for (const [firstname, city] of [
    ["Ana", "Orlando"],
    ["Ben", "Orlando"],
    ["Cem", "Tampa"],
    ["Dev", "Austin"],
  ] as const)
    portal.create("contacts", { firstname, city });
  const eq = (propertyName: string, value: string) => ({ propertyName, operator: "EQ", value });

  const filterGroups = [
    { filters: [eq("city", "Orlando"), eq("firstname", "Ben")] },
    { filters: [eq("city", "Tampa")] },
  ];
  assert.deepEqual(await names({ filterGroups }), ["Ben", "Cem"]);
  const sorts = [{ propertyName: "firstname", direction: "DESCENDING" }];
  assert.deepEqual(await names({ filterGroups, sorts }), ["Cem", "Ben"]);
  assert.deepEqual(await names({ sorts, limit: 2, after: "2" }), ["Ben", "Ana"]);
});

test("won deals are found by the property HubSpot computes from their stage", async (t) => {
  const { portal, search, where } = await start(t);
  for (const dealstage of ["closedwon", "closedlost", "contractsent"])
    portal.create("deals", { dealname: dealstage, dealstage });
  const found = await search(where("hs_is_closed_won", "EQ", { value: "true" }), "deals");
  assert.deepEqual(
    found.results.map((one: { properties: { dealname: string } }) => one.properties.dealname),
    ["closedwon"],
  );
});
