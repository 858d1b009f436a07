import assert from "node:assert/strict";
import { test } from "node:test";
import { createScriptedApi } from "../testing.ts";
import { hubspot } from "./connector.ts";
import { anError, anEvent } from "./hubspot.samples.ts";
import { answers, marked } from "./hubspot.testing.ts";

test("set-up makes the marker property, and does without it where HubSpot refuses", async () => {
  const details = { portalId: 33, accountType: "STANDARD", timeZone: "US/Eastern", uiDomain: "app.hubspot.com" };
  const setUp = async (create: number, property: { status?: number; body?: unknown }) => {
    const routes = {
      "/details": () => ({ body: details }),
      "/tieline_key": () => property,
      "/contacts": () => ({ status: create, body: anError() }),
    };
    return (await hubspot.setUp?.(createScriptedApi(hubspot, answers(routes))))?.marker;
  };
  assert.equal(await setUp(201, {}), true);
  assert.equal(await setUp(409, { body: { name: "tieline_key", hasUniqueValue: true } }), true);
  assert.equal(await setUp(409, { body: { name: "tieline_key", hasUniqueValue: false } }), false);
  assert.equal(await setUp(403, { status: 404, body: anError() }), false);
  assert.equal(await setUp(500, { body: { name: "tieline_key", hasUniqueValue: true } }), true);
});

test("a webhook body is taken apart per event, and a repeated delivery has the same key", () => {
  const parse = (...events: object[]) => hubspot.webhooks?.parse(JSON.stringify(events)) ?? [];
  const [first, other] = parse(anEvent(), anEvent({ propertyValue: "+14155550124" }));
  const [again] = parse(anEvent({ attemptNumber: 3, eventId: 99 }));
  assert.equal(first?.type, "contact.propertyChange");
  assert.equal(first?.accountId, "33");
  assert.equal(first?.dedupeKey, again?.dedupeKey);
  assert.notEqual(first?.dedupeKey, other?.dedupeKey);
});

test("a webhook says which record to look at", () => {
  const change = (changes: Record<string, unknown>) => {
    const [part] = hubspot.webhooks?.parse(JSON.stringify([anEvent(changes)])) ?? [];
    assert.ok(part);
    return hubspot.webhooks?.toChange(part);
  };
  assert.deepEqual(change({}), { kind: "record_changed", record: "contact", externalId: "501" });
  assert.deepEqual(change({ subscriptionType: "object.creation", objectTypeId: "0-3" }), {
    kind: "record_changed",
    record: "deal",
    externalId: "501",
  });
  const merge = { subscriptionType: "contact.merge", primaryObjectId: 7, newObjectId: 8 };
  assert.deepEqual(change(merge), { kind: "record_changed", record: "contact", externalId: "8" });
  assert.equal(change({ subscriptionType: "ticket.creation" })?.kind, "ignored");
});

test("a contact's page is on the account's own domain", () => {
  const api = createScriptedApi(hubspot, answers({}), marked);
  assert.equal(hubspot.recordUrl?.(api, "contact", "501"), "https://app-eu1.hubspot.com/contacts/33/record/0-1/501");
  assert.equal(hubspot.recordUrl?.(api, "note", "9"), null);
});

test("the account is the hub that the token answer names, with the scopes that were granted", () => {
  const oauth = hubspot.auth.find(({ kind }) => kind === "oauth2");
  assert.ok(oauth?.kind === "oauth2");
  const answer = { access_token: "t", hub_id: 24681012, scopes: ["oauth", "automation"] };
  assert.deepEqual(oauth.account?.(answer), { id: "24681012", scopes: ["oauth", "automation"] });
  assert.equal(oauth.account?.({ access_token: "t" }), null);
});

test("a connection is set up although its token may not read the account", async () => {
  const routes = {
    "/details": () => ({ status: 403, body: anError({ category: "MISSING_SCOPES" }) }),
    "/contacts": () => ({ status: 201, body: {} }),
  };
  assert.deepEqual(await hubspot.setUp?.(createScriptedApi(hubspot, answers(routes))), { marker: true });
});

test("what is left of the budget is read from an answer's headers, and a search has none", () => {
  const [oauth] = hubspot.limits;
  const headers = { "x-hubspot-ratelimit-remaining": "17", "x-hubspot-ratelimit-interval-milliseconds": "10000" };
  assert.deepEqual(oauth?.remaining?.(new Headers(headers)), { remaining: 17, resetMs: 10_000 });
  assert.equal(oauth?.remaining?.(new Headers()), null);
});
