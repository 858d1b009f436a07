import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@hubspot/api-client";
import { AssociationSpecAssociationCategoryEnum as Category } from "@hubspot/api-client/lib/codegen/crm/associations/v4/models/AssociationSpec.js";
import { FilterOperatorEnum as Operator } from "@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js";
import { consent, startSimulator } from "#simulators/kit";
import { createHubSpotSimulator, defaults } from "./index.ts";

async function connectedClient(t: { after(task: () => Promise<void>): void }) {
  const hubspot = await startSimulator(t, createHubSpotSimulator, { seed: 1 });
  const client = new Client({ accessToken: hubspot.control.connect().accessToken, basePath: hubspot.url });
  return { hubspot, client, portal: hubspot.control.portal() };
}

test("the official client creates, reads, changes, finds and deletes a contact", async (t) => {
  const { client } = await connectedClient(t);
  const api = client.crm.contacts;

  const made = await api.basicApi.create({
    properties: { email: "Jane@Example.com", firstname: "Jane", phone: "+14079780655" },
    associations: [],
  });
  const byEmail = await api.basicApi.getById("jane@example.com", ["phone"], undefined, undefined, false, "email");
  const changed = await api.basicApi.update(made.id, { properties: { lastname: "Smith" } });
  const found = await api.searchApi.doSearch({
    filterGroups: [
      {
        filters: [
          { propertyName: "hs_searchable_calculated_phone_number", operator: Operator.Eq, value: "4079780655" },
        ],
      },
    ],
    properties: ["phone", "lastname"],
    limit: 10,
    after: "0",
    sorts: [],
  });
  await api.basicApi.archive(made.id);
  const deleted = await api.basicApi.getPage(10, undefined, undefined, undefined, undefined, true);

  assert.equal(made.properties.email, "jane@example.com");
  assert.equal(byEmail.id, made.id);
  assert.equal(changed.properties.lastname, "Smith");
  assert.equal(found.total, 1);
  assert.equal(found.results[0]?.properties.lastname, "Smith");
  assert.deepEqual(
    deleted.results.map(({ id, archived }) => ({ id, archived })),
    [{ id: made.id, archived: true }],
  );
  assert.ok(deleted.results[0]?.archivedAt instanceof Date);
});

test("the official client writes batches and reads who is new", async (t) => {
  const { client, portal } = await connectedClient(t);
  const api = client.crm.contacts.batchApi;

  const made = await api.create({
    inputs: [
      { properties: { email: "a@example.com" }, associations: [] },
      { properties: { email: "b@example.com" }, associations: [] },
    ],
  });
  const upserted = await api.upsert({
    inputs: [
      { id: "b@example.com", idProperty: "email", properties: { firstname: "Bea" } },
      { id: "c@example.com", idProperty: "email", properties: { firstname: "Cem" } },
    ],
  });
  const read = await api.read({
    inputs: [{ id: "a@example.com" }, { id: "nobody@example.com" }],
    idProperty: "email",
    properties: ["email"],
    propertiesWithHistory: [],
  });

  assert.equal(made.results.length, 2);
  assert.deepEqual(
    upserted.results.map((one) => "_new" in one && one._new),
    [false, true],
  );
  assert.equal(read.results.length, 1);
  assert.equal("numErrors" in read && read.numErrors, 1);
  assert.equal(portal.count("contacts"), 3);
});

test("the official client joins a note to a contact and reads the association back", async (t) => {
  const { client } = await connectedClient(t);
  const contact = await client.crm.contacts.basicApi.create({ properties: { firstname: "Jane" }, associations: [] });
  const note = await client.crm.objects.notes.basicApi.create({
    properties: { hs_timestamp: "2026-02-15T14:30:00Z", hs_note_body: "<p>Call</p>" },
    associations: [
      { to: { id: contact.id }, types: [{ associationCategory: Category.HubspotDefined, associationTypeId: 202 }] },
    ],
  });
  const company = await client.crm.companies.basicApi.create({ properties: { name: "Acme" }, associations: [] });
  await client.crm.associations.v4.basicApi.createDefault("notes", note.id, "companies", company.id);
  await client.crm.associations.v4.batchApi.create("contacts", "companies", {
    inputs: [
      {
        _from: { id: contact.id },
        to: { id: company.id },
        types: [{ associationCategory: Category.HubspotDefined, associationTypeId: 1 }],
      },
    ],
  });

  const ofNote = await client.crm.associations.v4.basicApi.getPage("notes", note.id, "contacts");
  const ofContact = await client.crm.associations.v4.batchApi.getPage("contacts", "companies", {
    inputs: [{ id: contact.id }],
  });

  assert.deepEqual(
    ofNote.results.map(({ toObjectId }) => String(toObjectId)),
    [contact.id],
  );
  assert.equal(ofNote.results[0]?.associationTypes[0]?.typeId, 202);
  assert.equal(ofContact.results[0]?.to[0]?.associationTypes[0]?.label, "Primary");
});

test("the official client reads owners, pipelines and properties, and adds a unique property", async (t) => {
  const { client } = await connectedClient(t);

  const owners = await client.crm.owners.ownersApi.getPage();
  const pipelines = await client.crm.pipelines.pipelinesApi.getAll("deals");
  const property = await client.crm.properties.coreApi.create("notes", {
    name: "tieline_key",
    label: "Key",
    type: "string" as never,
    fieldType: "text" as never,
    groupName: "note",
    hasUniqueValue: true,
  });
  const properties = await client.crm.properties.coreApi.getAll("contacts");

  assert.equal(owners.results[0]?.email, "owner@example.com");
  assert.equal(pipelines.results[0]?.stages.find(({ id }) => id === "closedwon")?.metadata?.isClosed, "true");
  assert.equal(property.hasUniqueValue, true);
  const phone = properties.results.find(({ name }) => name === "hs_searchable_calculated_phone_number");
  assert.equal(phone?.modificationMetadata?.readOnlyValue, true);
});

test("the official client trades a code for tokens, refreshes, and asks about both", async (t) => {
  const hubspot = await startSimulator(t, createHubSpotSimulator);
  const client = new Client({ basePath: hubspot.url });
  const { clientId, clientSecret } = defaults.app;
  const redirectUri = "http://localhost:3000/callback";
  const query = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, scope: "oauth", state: "s" });
  const back = await consent(`${hubspot.url}/oauth/authorize?${query}`);
  const code = back.searchParams.get("code") ?? "";

  const first = await client.oauth.tokensApi.create("authorization_code", code, redirectUri, clientId, clientSecret);
  const second = await client.oauth.tokensApi.create(
    "refresh_token",
    undefined,
    undefined,
    clientId,
    clientSecret,
    first.refreshToken,
  );
  const about = await client.oauth.accessTokensApi.get(second.accessToken);
  const refresh = await client.oauth.refreshTokensApi.get(first.refreshToken);

  assert.equal(back.searchParams.get("state"), "s");
  assert.equal(first.expiresIn, 1_800);
  assert.equal(second.refreshToken, first.refreshToken);
  assert.ok(second.accessToken.length > 300);
  assert.equal(about.hubId, defaults.portalId);
  assert.equal(refresh.clientId, clientId);
});

test("the official client sees a conflict with the other contact's id in the message", async (t) => {
  const { client } = await connectedClient(t);
  const first = await client.crm.contacts.basicApi.create({ properties: { email: "a@example.com" }, associations: [] });

  await assert.rejects(
    client.crm.contacts.basicApi.create({ properties: { email: "A@example.com" }, associations: [] }),
    (error: { code?: number; body?: { category?: string; message?: string } }) => {
      assert.equal(error.code, 409);
      assert.equal(error.body?.category, "CONFLICT");
      assert.equal(error.body?.message, `Contact already exists. Existing ID: ${first.id}`);
      return true;
    },
  );
});

test("the official client reaches the dated paths, and tries again after a server error", async (t) => {
  const hubspot = await startSimulator(t, createHubSpotSimulator);
  const client = new Client({
    accessToken: hubspot.control.connect().accessToken,
    basePath: hubspot.url,
    numberOfApiCallRetries: 2,
  });
  hubspot.control.fault({ kind: "status", status: 500, count: 1 });
  t.mock.method(console, "error", () => undefined); // the client announces each new try there

  const made = await client.crm.contacts.basicApi.create({ properties: { firstname: "Jane" }, associations: [] });
  const answer = await client.apiRequest({ path: `/crm/objects/2026-09/contacts/${made.id}?properties=firstname` });

  assert.equal(((await answer.json()) as { properties: { firstname: string } }).properties.firstname, "Jane");
  assert.deepEqual(
    hubspot.control.requests().map(({ status }) => status),
    [500, 201, 200],
  );
});
