import assert from "node:assert/strict";
import { test } from "node:test";
import { type ProviderRequest, readStream, type Stream } from "#connector-kit";
import { aConnectionView, createScriptedApi } from "../../testing.ts";
import { hubspot } from "../connector.ts";
import { aContact, anError } from "../hubspot.samples.ts";
import { companies } from "./companies.ts";
import { contacts } from "./contacts.ts";
import { deals } from "./deals.ts";
import { HubSpotObject } from "./values.ts";

const connection = aConnectionView(hubspot, { state: { currency: "USD" } });

function aDeal(properties: Record<string, string | null>, changes: object = {}) {
  return HubSpotObject.parse({ ...aContact({ properties }), ...changes });
}

test("a deal's own currency goes before the account's, and an empty amount is none", () => {
  const amount = (properties: Record<string, string | null>) => deals.toRecord(aDeal(properties), connection).amount;
  assert.deepEqual(amount({ amount: "1200", deal_currency_code: "JPY" }), { minor: 1_200, currency: "JPY" });
  assert.deepEqual(amount({ amount: "1200.5", deal_currency_code: "" }), { minor: 120_050, currency: "USD" });
  assert.equal(amount({ amount: "" }), null);
  assert.equal(amount({}), null);
  for (const bad of [{ amount: "a lot" }, { amount: "5", deal_currency_code: "dollars" }]) {
    assert.throws(() => amount(bad), { code: "provider.unreadable_record" });
  }
});

test("a deal is open, won or lost", () => {
  const state = (properties: Record<string, string>) => deals.toRecord(aDeal(properties), connection).state;
  assert.equal(state({ hs_is_closed: "false", hs_is_closed_won: "false" }), "open");
  assert.equal(state({ hs_is_closed: "true", hs_is_closed_won: "true" }), "won");
  assert.equal(state({ hs_is_closed: "true", hs_is_closed_won: "false" }), "lost");
  assert.equal(state({}), "open");
});

test("dates come in text or in milliseconds, with any offset, and leave as UTC", () => {
  const closesAt = (closedate: string) => deals.toRecord(aDeal({ closedate }), connection).closesAt;
  assert.equal(closesAt("2026-03-02T10:00:00-05:00"), "2026-03-02T15:00:00.000Z");
  assert.equal(closesAt("1772463600000"), "2026-03-02T15:00:00.000Z");
  assert.equal(closesAt(""), null);
  assert.throws(() => closesAt("soon"), { code: "provider.unreadable_record" });
});

test("what is empty, no phone or no address is null, and numbers get the country of the settings", () => {
  const german = aConnectionView(hubspot, { settings: { default_country: "DE" } });
  const item = aDeal({
    firstname: " ",
    lastname: "Smith",
    email: "nobody",
    phone: "030 901820",
    mobilephone: "ask",
    city: "",
  });
  const { firstName, fullName, email, phone, mobilePhone, address } = contacts.toRecord(item, german);
  assert.deepEqual(
    { firstName, fullName, email, phone, mobilePhone, address },
    { firstName: null, fullName: "Smith", email: null, phone: "+4930901820", mobilePhone: null, address: null },
  );
  const extra = aDeal({ hs_additional_emails: "J@Work.example;;second@home.example" });
  assert.deepEqual(contacts.toRecord(extra, german).otherEmails, ["j@work.example", "second@home.example"]);
});

test("an archived record is deleted when it was archived, or else last changed", () => {
  const deletedAt = (changes: object) => companies.toRecord(aDeal({ name: "Acme" }, changes), connection).deletedAt;
  assert.equal(deletedAt({ archived: true, archivedAt: "2026-03-01T09:00:00Z" }), "2026-03-01T09:00:00.000Z");
  assert.equal(deletedAt({ archived: true, updatedAt: "2026-03-01T08:00:00Z" }), "2026-03-01T08:00:00.000Z");
  assert.equal(deletedAt({ archived: false, archivedAt: "2026-03-01T09:00:00Z" }), null);
});

test("every property that a record is made of is asked for, in lists and in searches", async () => {
  for (const stream of [contacts, companies, deals] as Stream[]) {
    const used = new Set<string>();
    const properties = new Proxy<Record<string, string>>({}, { get: (_target, name) => void used.add(String(name)) });
    stream.toRecord({ ...aDeal({}), properties }, connection);

    const { sent, ...api } = createScriptedApi(hubspot, () => ({ status: 200, body: { results: [] } }));
    const [last] = (await Array.fromAsync(readStream(api, stream, { since: null }))).slice(-1);
    await Array.fromAsync(readStream(api, stream, { since: last?.cursor ?? null }));

    assert.ok(used.size >= 5);
    for (const request of sent) {
      for (const name of used) assert.ok(asked(request).includes(name), `${request.path} does not ask for ${name}`);
    }
    assert.equal(sent.length, 4);
  }
});

function asked({ query, json }: ProviderRequest): string[] {
  const body = json as { properties: string[] } | undefined;
  return body?.properties ?? String(query?.properties).split(",");
}

test("a read that is refused says which property HubSpot refused", async () => {
  const body = anError({
    errors: [{ code: "PROPERTY_DOESNT_EXIST", context: { propertyName: ["lastmodifieddate"] } }],
  });
  const api = createScriptedApi(hubspot, () => ({ status: 400, body }));
  await assert.rejects(readStream(api, contacts, { since: null }).next(), {
    code: "provider.validation",
    message: /PROPERTY_DOESNT_EXIST \(lastmodifieddate\)/,
  });
});
