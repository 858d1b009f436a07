import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProviderRequest } from "#connector-kit";
import { createScriptedApi } from "../testing.ts";
import { createContact } from "./actions/create-contact.ts";
import { matchContacts } from "./actions/match-contacts.ts";
import { updateContact } from "./actions/update-contact.ts";
import { hubspot } from "./connector.ts";
import { aBatch, aContact, anError } from "./hubspot.samples.ts";
import { answers, aPerson, firstInputs, marked, takesAll, units } from "./hubspot.testing.ts";
import { phoneQueries } from "./people.ts";

test("a phone that differs only in its country code is no match, and the oldest of several comes first", async () => {
  const found = [
    aContact({ id: "3", createdAt: "2026-01-01T00:00:00Z" }),
    aContact({ id: "2", properties: { phone: "+44 4079780655", email: null } }),
    aContact({
      id: "1",
      createdAt: "2024-01-01T00:00:00Z",
      properties: { phone: null, mobilephone: "407-978-0655", email: null },
    }),
  ];
  const api = createScriptedApi(hubspot, answers({ "/search": () => ({ body: { total: 3, results: found } }) }));

  const matches = await matchContacts.find(api, units(aPerson({ email: null })));

  assert.deepEqual([...matches], [["key-0", { externalIds: ["1", "3"], by: "phone" }]]);
});

test("phone goes before e-mail, and where both agree on a contact that one comes first", async () => {
  const shared = [aContact({ id: "1", properties: { email: "john@example.com" } }), aContact({ id: "2" })];
  const routes = {
    "/search": () => ({ body: { results: shared } }),
    "/batch/read": () => ({
      body: aBatch([
        aContact({ id: "2" }),
        aContact({ id: "7", properties: { email: "other@example.com", phone: null } }),
      ]),
    }),
  };
  const api = createScriptedApi(hubspot, answers(routes));

  const people = units(
    aPerson(),
    aPerson({ email: "other@example.com" }),
    aPerson({ email: "other@example.com", phone: "+14075550000" }),
  );
  const matches = await matchContacts.find(api, people);

  assert.deepEqual(Object.fromEntries(matches), {
    "key-0": { externalIds: ["2", "1"], by: "phone" },
    "key-1": { externalIds: ["1", "2"], by: "phone" },
    "key-2": { externalIds: ["7"], by: "email" },
  });
});

test("an e-mail that is a contact's second one is a match", async () => {
  const contact = aContact({ properties: { hs_additional_emails: "old@example.com;jane@work.example" } });
  const api = createScriptedApi(hubspot, answers({ "/batch/read": () => ({ body: aBatch([contact]) }) }));

  const matches = await matchContacts.find(api, units(aPerson({ phone: null, email: "jane@work.example" })));

  assert.deepEqual(matches.get("key-0"), { externalIds: ["501"], by: "email" });
});

test("a hundred people cost two searches and one batch read, and nobody costs nothing", async () => {
  const routes = {
    "/search": () => ({ body: { results: [] } }),
    "/batch/read": () => ({ status: 207, body: aBatch([]) }),
  };
  const api = createScriptedApi(hubspot, answers(routes));

  await matchContacts.find(api, []);
  assert.equal(api.sent.length, 0);

  const people = Array.from({ length: 100 }, (_, index) =>
    aPerson({ phone: `+1407978${1000 + index}`, email: `p${index}@example.com` }),
  );
  await matchContacts.find(api, units(...people));
  assert.deepEqual(api.sent.map(({ path }) => path.split("/").at(-1)).sort(), ["read", "search", "search"]);
  assert.deepEqual(api.sent.find(({ path }) => path.endsWith("search"))?.buckets, ["search"]);
});

test("a search stays below HubSpot's 3,000 characters however long the numbers are", () => {
  const phones = Array.from({ length: 300 }, (_, index) => `+49${15_110_000_000_0 + index}`);
  const queries = phoneQueries(phones);
  for (const query of queries) assert.ok(JSON.stringify({ ...query, limit: 200, after: "9999" }).length <= 3_000);
  const values = queries.flatMap((query) => query.filterGroups[0]?.filters[0]?.values ?? []);
  assert.equal(new Set(values).size, 300);
});

test("every page of a search is read", async () => {
  const routes = {
    "/search": ({ json }: ProviderRequest) =>
      (json as { after?: string }).after === "200"
        ? { body: { results: [aContact({ id: "2" })] } }
        : { body: { results: [aContact({ id: "1" })], paging: { next: { after: "200" } } } },
  };
  const api = createScriptedApi(hubspot, answers(routes));

  const matches = await matchContacts.find(api, units(aPerson({ email: null })));

  assert.deepEqual(matches.get("key-0")?.externalIds, ["1", "2"]);
});

test("contacts are made in one request with their marker, and each unit gets its own id", async () => {
  const api = createScriptedApi(hubspot, answers({ "/batch/create": takesAll }), {
    ...marked,
    settings: { owner_id: "77" },
  });

  const people = units(
    aPerson({ fields: { custom_field_score: 7, tags: ["a", "b"] } }),
    aPerson({ name: null, email: null }),
  );
  const outcomes = await createContact.perform(api, people);

  assert.deepEqual(outcomes, [
    { outcome: "created", externalId: "900" },
    { outcome: "created", externalId: "901" },
  ]);
  const inputs = firstInputs(api);
  assert.deepEqual(inputs[0]?.properties, {
    firstname: "Jane",
    lastname: "Smith",
    email: "jane@example.com",
    phone: "+14079780655",
    hubspot_owner_id: "77",
    custom_field_score: "7",
    tags: "a;b",
    tieline_key: "key-0",
  });
  assert.deepEqual(inputs[1]?.properties, {
    lastname: "+14079780655",
    phone: "+14079780655",
    hubspot_owner_id: "77",
    tieline_key: "key-1",
  });
});

test("a contact that HubSpot already has is adopted, alone or within a batch", async () => {
  const message = "Contact already exists. Existing ID: 501";
  const alone = createScriptedApi(
    hubspot,
    answers({ "/batch/create": () => ({ status: 409, body: anError({ category: "CONFLICT", message }) }) }),
  );
  const linked = {
    outcome: "linked",
    externalId: "501",
    detail: "HubSpot already had a contact with this unique value.",
  };
  assert.deepEqual(await createContact.perform(alone, units(aPerson())), [linked]);

  const context = { objectWriteTraceId: ["1"], existingId: ["501"] };
  const partial = aBatch(
    [{ ...aContact({ id: "900" }), objectWriteTraceId: "0" }],
    [anError({ category: "CONFLICT", message, context })],
  );
  const batch = createScriptedApi(hubspot, answers({ "/batch/create": () => ({ status: 207, body: partial }) }));
  const outcomes = await createContact.perform(batch, units(aPerson({ email: "new@example.com" }), aPerson()));
  assert.deepEqual(outcomes, [{ outcome: "created", externalId: "900" }, linked]);
});

test("a marker that is there already is found by reading it, when HubSpot does not name the contact", async () => {
  const message = `Property values were not valid: [{"isValid":false,"error":"CONFLICTING_UNIQUE_VALUE","name":"tieline_key"}]`;
  const routes = {
    "/batch/create": () => ({ status: 400, body: anError({ message }) }),
    "/batch/read": () => ({ body: aBatch([aContact({ properties: { tieline_key: "KEY-0" } })]) }),
  };
  const api = createScriptedApi(hubspot, answers(routes), marked);

  const [outcome] = await createContact.perform(api, units(aPerson()));

  assert.equal(outcome?.outcome === "linked" && outcome.externalId, "501");
});

test("a batch that is refused for one of its contacts is thrown, to be taken apart", async () => {
  const api = createScriptedApi(hubspot, answers({ "/batch/create": () => ({ status: 400, body: anError() }) }));
  await assert.rejects(createContact.perform(api, units(aPerson(), aPerson())), { code: "provider.validation" });
});

test("an input that a partial answer does not mention counts as unknown, not as refused", async () => {
  const body = aBatch([{ ...aContact(), objectWriteTraceId: "1" }], [anError(), anError()]);
  const api = createScriptedApi(hubspot, answers({ "/batch/create": () => ({ status: 207, body }) }));
  const outcomes = await createContact.perform(api, units(aPerson(), aPerson(), aPerson()));
  const codes = outcomes.map((outcome) => (outcome.outcome === "failed" ? outcome.error.code : outcome.outcome));
  assert.deepEqual(codes, ["provider.ambiguous", "created", "provider.ambiguous"]);
});

test("a write whose answer cannot be read counts as unknown", async () => {
  const api = createScriptedApi(
    hubspot,
    answers({ "/batch/create": () => ({ status: 201, body: { surprise: true } }) }),
  );
  await assert.rejects(createContact.perform(api, units(aPerson())), { code: "provider.ambiguous" });
});

test("with the marker an unanswered create is looked up at once, without it after the index lag", async () => {
  const { identity } = createContact;
  assert.equal(identity.kind, "marker");
  const withMarker = createScriptedApi(
    hubspot,
    answers({ "/batch/read": () => ({ body: aBatch([aContact({ properties: { tieline_key: "key-0" } })]) }) }),
    marked,
  );
  const without = createScriptedApi(
    hubspot,
    answers({
      "/batch/read": () => ({ body: aBatch([aContact({ id: "502" })]) }),
      "/search": () => ({ body: { results: [] } }),
    }),
  );
  assert.equal(identity.settleMs(withMarker), 0);
  assert.equal(identity.settleMs(without), 65_000);
  assert.deepEqual([...(await identity.find(withMarker, units(aPerson())))], [["key-0", "501"]]);
  assert.deepEqual([...(await identity.find(without, units(aPerson())))], [["key-0", "502"]]);
});

test("an update writes mapped fields only, names each contact once, and leaves the others unasked", async () => {
  const api = createScriptedApi(hubspot, answers({ "/batch/update": takesAll }));
  const update = (contactId: string, fields: Record<string, unknown>) => ({ contactId, person: aPerson({ fields }) });

  const outcomes = await updateContact.perform(
    api,
    units(update("1", { a: "x", c: "kept" }), update("1", { a: "y", b: true }), update("2", {})),
  );

  assert.deepEqual(api.sent.length, 1);
  assert.deepEqual(api.sent[0]?.json, {
    inputs: [{ id: "1", properties: { a: "y", c: "kept", b: "true" }, objectWriteTraceId: "0" }],
  });
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ["updated", "updated", "unchanged"],
  );
});
