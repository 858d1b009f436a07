import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, startSimulator } from "#simulators/kit";
import { createHubSpotSimulator, defaults, type HubSpotOptions } from "./index.ts";

async function start(t: { after(task: () => Promise<void>): void }, options: HubSpotOptions = {}) {
  const { url, control } = await startSimulator(t, createHubSpotSimulator, { limits: "off", ...options });
  const call = createCaller(url, { authorization: `Bearer ${defaults.staticToken}` });
  return { url, control, call, portal: control.portal() };
}

const contacts = "/crm/objects/2026-09/contacts";

test("both generations of paths, names and type ids lead to the same record", async (t) => {
  const { call } = await start(t);
  const { body } = await call("POST", contacts, { properties: { email: "a@example.com" } });

  for (const path of [
    "/crm/v3/objects/contacts",
    "/crm/v3/objects/0-1",
    "/crm/objects/2026-03/contacts",
    "/crm/objects/2025-09/0-1",
  ]) {
    assert.equal((await call("GET", `${path}/${body.id}`)).body.id, body.id, path);
  }
  assert.equal((await call("GET", `/crm/objects/2026-04/contacts/${body.id}`)).status, 404);
  assert.equal((await call("GET", `/crm/v5/objects/contacts/${body.id}`)).status, 404);
});

test("a value that does not fit is refused with its code, and nothing is written", async (t) => {
  const { call, portal } = await start(t);
  const codeOf = async (properties: Record<string, string>) => {
    const { status, body } = await call("POST", contacts, { properties: { firstname: "Jane", ...properties } });
    assert.equal(status, 400);
    assert.equal(body.category, "VALIDATION_ERROR");
    return body.errors[0].code;
  };

  assert.equal(await codeOf({ nonsense: "x" }), "PROPERTY_DOESNT_EXIST");
  assert.equal(await codeOf({ email: "not an address" }), "INVALID_EMAIL");
  assert.equal(await codeOf({ lifecyclestage: "Customer" }), "INVALID_OPTION"); // values, not labels
  assert.equal(await codeOf({ hs_object_id: "1" }), "READ_ONLY_VALUE");
  assert.equal(await codeOf({ closedate: "soon" }), "INVALID_DATE");
  assert.equal(await codeOf({ hubspot_owner_id: "1" }), "INVALID_OWNER_ID");
  assert.equal(portal.count("contacts"), 0);
});

test("a contact needs an e-mail or a name, a deal its stage, an activity its time", async (t) => {
  const { call } = await start(t);
  const statusOf = async (type: string, properties: object) =>
    (await call("POST", `/crm/objects/2026-09/${type}`, { properties })).status;

  assert.equal(await statusOf("contacts", { phone: "+14079780655" }), 400);
  assert.equal(await statusOf("deals", { dealname: "Roof" }), 400);
  assert.equal(await statusOf("deals", { dealname: "Roof", dealstage: "nowhere" }), 400);
  assert.equal(await statusOf("notes", { hs_note_body: "x" }), 400);
  assert.equal(await statusOf("companies", { city: "Orlando" }), 400);
  assert.equal(await statusOf("deals", { dealname: "Roof", dealstage: "closedwon" }), 201);
});

test("an empty text clears a value, and a leading semicolon appends to a list", async (t) => {
  const { call } = await start(t);
  const { body } = await call("POST", contacts, { properties: { firstname: "Jane", hs_buying_role: "CHAMPION" } });
  await call("PATCH", `${contacts}/${body.id}`, { properties: { firstname: "", hs_buying_role: ";BLOCKER" } });

  const read = await call("GET", `${contacts}/${body.id}?properties=firstname,hs_buying_role,nonsense`);

  assert.equal(read.body.properties.firstname, null);
  assert.equal(read.body.properties.hs_buying_role, "CHAMPION;BLOCKER");
  assert.equal("nonsense" in read.body.properties, false);
});

test("an e-mail of another contact is a 409 on create and a 400 on change, the other id in the text only", async (t) => {
  const { call } = await start(t);
  const { body: first } = await call("POST", contacts, { properties: { email: "a@example.com" } });
  const { body: second } = await call("POST", contacts, { properties: { email: "b@example.com" } });

  const created = await call("POST", contacts, { properties: { email: "A@Example.com" } });
  const changed = await call("PATCH", `${contacts}/${second.id}`, { properties: { email: "a@example.com" } });
  const same = await call("PATCH", `${contacts}/${first.id}`, { properties: { email: "a@example.com" } });

  assert.deepEqual([created.status, created.body.category], [409, "CONFLICT"]);
  assert.equal(created.body.message, `Contact already exists. Existing ID: ${first.id}`);
  assert.deepEqual([changed.status, changed.body.errors[0].code], [400, "CONFLICTING_UNIQUE_VALUE"]);
  assert.match(changed.body.message, new RegExp(`${first.id} already has that value`));
  assert.equal(same.status, 200);
});

test("a custom unique property on notes is enforced, and keys reads and upserts", async (t) => {
  const { call, portal } = await start(t);
  const property = {
    name: "our_key",
    label: "Our key",
    type: "string",
    fieldType: "text",
    groupName: "note",
    hasUniqueValue: true,
  };
  assert.equal((await call("POST", "/crm/properties/2026-09/notes", property)).status, 201);
  const note = { hs_timestamp: "2026-02-15T14:30:00Z", our_key: "call_1" };
  await call("POST", "/crm/objects/2026-09/notes", { properties: note });

  const again = await call("POST", "/crm/objects/2026-09/notes", { properties: note });
  const upserted = await call("POST", "/crm/objects/2026-09/notes/batch/upsert", {
    inputs: [
      { id: "call_1", idProperty: "our_key", properties: { hs_note_body: "changed" } },
      { id: "call_2", idProperty: "our_key", properties: note },
    ],
  });
  const read = await call("GET", "/crm/objects/2026-09/notes/call_1?idProperty=our_key&properties=hs_note_body");

  assert.deepEqual([again.status, again.body.errors[0].code], [400, "CONFLICTING_UNIQUE_VALUE"]);
  assert.equal(upserted.status, 207); // the second input names two different keys: the one in its properties is taken
  assert.deepEqual(
    upserted.body.results.map((one: { new: boolean }) => one.new),
    [false],
  );
  assert.equal(read.body.properties.hs_note_body, "changed");
  assert.equal(portal.count("notes"), 1);
});

test("a batch create is all or nothing, unless every input carries a trace id", async (t) => {
  const { call, portal } = await start(t);
  const inputs = [
    { properties: { email: "a@example.com" } },
    { properties: { email: "bad" } },
    { properties: { email: "c@example.com" } },
  ];

  const whole = await call("POST", `${contacts}/batch/create`, { inputs });
  assert.equal(whole.status, 400);
  assert.equal(portal.count("contacts"), 0);

  const traced = await call("POST", `${contacts}/batch/create`, {
    inputs: inputs.map((input, index) => ({ ...input, objectWriteTraceId: `t${index}` })),
  });
  assert.equal(traced.status, 207);
  assert.deepEqual(
    traced.body.results.map((one: { objectWriteTraceId: string }) => one.objectWriteTraceId),
    ["t0", "t2"],
  );
  assert.deepEqual([traced.body.numErrors, traced.body.errors[0].context.objectWriteTraceId], [1, ["t1"]]);
});

test("a batch holds 1 to 100 inputs, none of them twice, and an upsert key must be unique", async (t) => {
  const { call } = await start(t);
  const post = async (path: string, inputs: unknown[]) => (await call("POST", path, { inputs })).status;
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ properties: { email: `p${index}@example.com` } }));

  assert.equal(await post(`${contacts}/batch/create`, many(100)), 201);
  assert.equal(await post(`${contacts}/batch/create`, many(101)), 400);
  assert.equal(await post(`${contacts}/batch/create`, []), 400);
  const twice = [1, 2].map(() => ({ id: "p1@example.com", idProperty: "email", properties: { city: "x" } }));
  assert.equal(await post(`${contacts}/batch/upsert`, twice), 400);
  assert.equal(
    await post("/crm/objects/2026-09/companies/batch/upsert", [
      { id: "a.example", idProperty: "domain", properties: {} },
    ]),
    400,
  );
});

test("the record that was merged away still answers, as the survivor, and is found by either address", async (t) => {
  const { call, portal } = await start(t);
  const kept = portal.create("contacts", { email: "kept@example.com" });
  const lost = portal.create("contacts", { email: "lost@example.com", city: "Orlando" });
  const note = portal.create("notes", { hs_timestamp: "2026-02-15T14:30:00Z" });
  portal.associate("notes", note.id, "contacts", lost.id);

  await call("POST", `${contacts}/merge`, { primaryObjectId: kept.id, objectIdToMerge: lost.id });

  const byOldId = await call("GET", `${contacts}/${lost.id}?properties=city,hs_merged_object_ids`);
  assert.deepEqual(
    [byOldId.body.id, byOldId.body.properties.city, byOldId.body.properties.hs_merged_object_ids],
    [kept.id, "Orlando", lost.id],
  );
  assert.equal((await call("GET", `${contacts}/lost@example.com?idProperty=email`)).body.id, kept.id);
  assert.deepEqual(portal.associated("contacts", kept.id, "notes"), [note.id]);
  assert.equal(portal.count("contacts"), 1);
});

test("a deleted record leaves reads and search, stands in the archived list, and frees its address", async (t) => {
  const { call, portal } = await start(t);
  const { id } = portal.create("contacts", { email: "a@example.com" });

  assert.equal((await call("DELETE", `${contacts}/${id}`)).status, 204);

  assert.deepEqual(
    [(await call("GET", `${contacts}/${id}`)).status, (await call("POST", `${contacts}/search`, {})).body.total],
    [404, 0],
  );
  assert.equal((await call("GET", `${contacts}/${id}?archived=true`)).body.archived, true);
  const live = portal.create("contacts", { firstname: "Live" });
  assert.equal((await call("GET", `${contacts}/${live.id}?archived=true`)).status, 404);
  assert.equal((await call("DELETE", `${contacts}/12345678`)).status, 404);
  assert.equal((await call("POST", contacts, { properties: { email: "a@example.com" } })).status, 201);
});

test("an erased record is in no list at all", async (t) => {
  const { call, portal } = await start(t);
  portal.create("contacts", { email: "a@example.com" });
  assert.equal(
    (await call("POST", `${contacts}/gdpr-delete`, { objectId: "a@example.com", idProperty: "email" })).status,
    204,
  );
  assert.deepEqual((await call("GET", `${contacts}?archived=true`)).body.results, []);
  assert.equal(portal.count("contacts"), 0);
});

test("lists give 10 at a time, 100 at most, and every record once", async (t) => {
  const { call, portal } = await start(t);
  portal.seed({ contacts: 25 });
  const ids: string[] = [];
  let after = "";
  do {
    const { body } = await call("GET", `${contacts}?after=${after}`);
    ids.push(...body.results.map(({ id }: { id: string }) => id));
    after = body.paging?.next.after ?? "";
  } while (after !== "");

  assert.equal(new Set(ids).size, 25);
  assert.equal(ids.length, 25);
  assert.equal((await call("GET", `${contacts}?limit=101`)).status, 400);
});

test("an association with a record that is not there, or of a wrong type, is refused before anything is written", async (t) => {
  const { call, portal } = await start(t);
  const contact = portal.create("contacts", { firstname: "Jane" });
  const create = (id: string, associationTypeId: number) =>
    call("POST", "/crm/objects/2026-09/notes", {
      properties: { hs_timestamp: "2026-02-15T14:30:00Z" },
      associations: [{ to: { id }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId }] }],
    });

  assert.equal((await create("999999", 202)).body.subCategory, "crm.associations.INVALID_OBJECT_IDS");
  assert.equal((await create(contact.id, 194)).status, 400); // calls' type, not notes'
  assert.equal(portal.count("notes"), 0);
  const made = await create(contact.id, 202);
  assert.deepEqual(portal.associated("contacts", contact.id, "notes"), [made.body.id]);
});

test("missing scopes are named, and activities use those of contacts", async (t) => {
  const { url, control } = await start(t);
  const token = control.addStaticToken({ scopes: ["crm.objects.contacts.read"] });
  const call = createCaller(url, { authorization: `Bearer ${token}` });

  assert.equal((await call("GET", "/crm/objects/2026-09/notes")).status, 200);
  const refused = await call("POST", "/crm/objects/2026-09/notes", { properties: { hs_timestamp: "0" } });
  assert.deepEqual([refused.status, refused.body.category], [403, "MISSING_SCOPES"]);
  assert.deepEqual(refused.body.errors[0].context.requiredGranularScopes, ["crm.objects.contacts.write"]);
  assert.equal((await call("GET", "/crm/objects/2026-09/deals")).status, 403);
  assert.equal((await call("GET", "/crm/owners/2026-09")).status, 403);
});

test("no token, a wrong one, an unknown path, method or type, and a broken body are not let through", async (t) => {
  const { url, call } = await start(t);
  const nobody = createCaller(url);

  assert.deepEqual(
    [(await nobody("GET", contacts)).status, (await nobody("GET", contacts)).body.category],
    [401, "INVALID_AUTHENTICATION"],
  );
  assert.equal((await createCaller(url, { authorization: "Bearer wrong" })("GET", contacts)).status, 401);
  assert.equal((await call("GET", "/crm/objects/2026-09")).status, 404);
  assert.equal((await call("PUT", contacts)).status, 405);
  assert.equal((await call("GET", "/crm/objects/2026-09/horses")).status, 400);
  const broken = await call("POST", contacts, "{");
  assert.deepEqual([broken.status, broken.body.category], [400, "VALIDATION_ERROR"]);
  assert.equal((await call("GET", "/crm/objects/2026-09/notes/1/associations/contacts")).status, 404);
});

test("a write whose connection breaks is there afterwards", async (t) => {
  const { call, control, portal } = await start(t);
  control.fault({ kind: "commit-then-drop", match: { method: "POST", path: "/objects/" }, count: 1 });

  await assert.rejects(call("POST", contacts, { properties: { email: "a@example.com" } }), TypeError);

  assert.equal(portal.count("contacts"), 1);
  assert.equal((await call("GET", `${contacts}/a@example.com?idProperty=email`)).status, 200);
});

test("reset brings the first accounts, apps and tokens back, empty", async (t) => {
  const { call, control } = await start(t);
  control.portal().seed({ contacts: 3 });
  const { accessToken } = control.connect();

  control.reset();

  assert.equal(control.portal().count("contacts"), 0);
  assert.equal((await call("GET", contacts)).status, 200);
  assert.equal((await call("GET", `/oauth/v1/access-tokens/${accessToken}`)).status, 404);
});

test("an account that is added later never takes the id of another", async (t) => {
  const { control } = await start(t, { portals: [{ id: defaults.portalId + 1 }] });
  const ids = [control.portal().id, control.addPortal().id, control.addPortal().id];
  assert.equal(new Set(ids).size, 3);
});
