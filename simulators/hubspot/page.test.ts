import assert from "node:assert/strict";
import { test } from "node:test";
import { createCaller, startSimulator } from "#simulators/kit";
import { createHubSpotSimulator, defaults } from "./index.ts";

const pageOf = async (url: string, query = "") => (await fetch(`${url}/_simulator${query}`)).text();

test("the page shows the contact, its note and its enrolment, as text and never as markup", async (t) => {
  const { url, control } = await startSimulator(t, createHubSpotSimulator);
  const portal = control.portal();
  const contact = portal.create("contacts", { firstname: "<img src=x onerror=alert(1)>", email: "jane@example.com" });
  const note = portal.create("notes", {
    hs_timestamp: "2026-02-15T14:30:00Z",
    hs_note_body: "<script>alert(1)</script>",
  });
  portal.associate("notes", note.id, "contacts", contact.id);
  const call = createCaller(url, { authorization: `Bearer ${defaults.staticToken}` });
  await call("POST", "/automation/v2/workflows/7000001/enrollments/contacts/jane@example.com");

  const [contacts, notes] = [await pageOf(url), await pageOf(url, "?type=notes")];

  assert.match(contacts, /&lt;img src=x onerror=alert\(1\)&gt;/);
  assert.match(contacts, new RegExp(`note ${note.id}`));
  assert.match(contacts, /Follow up after a call/);
  assert.match(notes, /&lt;script&gt;/);
  assert.match(notes, new RegExp(`contact ${contact.id}`));
  assert.doesNotMatch(contacts + notes, /<script|<img/);
});

test("a large account is shown page by page", async (t) => {
  const { url } = await startSimulator(t, createHubSpotSimulator);
  await fetch(`${url}/_simulator/seed`, { method: "POST", body: JSON.stringify({ contacts: 120 }) });

  const seen = new Set<string>();
  let query = "";
  let pages = 0;
  do {
    const text = await pageOf(url, query);
    for (const [, email = ""] of text.matchAll(/<td>(customer\d+@example\.com)<\/td>/g)) seen.add(email);
    query = /rel="next" href="\/_simulator(\?[^"]*)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    pages++;
  } while (query !== "");

  assert.deepEqual([pages, seen.size], [3, 120]);
});

test("the state tells counts, and records with what they are associated to", async (t) => {
  const { url, control } = await startSimulator(t, createHubSpotSimulator);
  const portal = control.portal();
  const contact = portal.create("contacts", { firstname: "Jane" });
  const note = portal.create("notes", { hs_timestamp: "2026-02-15T14:30:00Z" });
  portal.associate("notes", note.id, "contacts", contact.id);
  const call = createCaller(url);

  const counts = await call("GET", "/_simulator/state.json");
  const notes = await call("GET", "/_simulator/state.json?type=notes");

  assert.deepEqual([counts.body.portals[0].counts.contacts, counts.body.portals[0].counts.notes], [1, 1]);
  assert.deepEqual(notes.body.records[0].associations, { contacts: [contact.id] });
});

test("HubSpot's own knobs can be turned over HTTP", async (t) => {
  const { url, control } = await startSimulator(t, createHubSpotSimulator);
  const call = createCaller(url);
  const knob = async (name: string, body: object) => (await call("POST", `/_simulator/${name}`, body)).body;

  const { token } = await knob("static-token", { scopes: ["oauth"] });
  const details = () => createCaller(url, { authorization: `Bearer ${token}` })("GET", "/account-info/v3/details");
  assert.equal((await details()).status, 200);
  const { staticToken } = await knob("rotate", { staticToken: token });
  assert.equal((await details()).status, 401);
  assert.notEqual(staticToken, token);
  const { accessToken } = await knob("connect", {});
  assert.ok(accessToken.length > 300);
  assert.deepEqual(await knob("expire", {}), { expired: 1 });
  assert.deepEqual(await knob("revoke", { portalId: defaults.portalId }), { revoked: 1 });
  await knob("index-lag", { ms: 60_000 });
  control.portal().create("contacts", { firstname: "Jane" });
  const search = createCaller(url, { authorization: `Bearer ${defaults.staticToken}` });
  assert.equal((await search("POST", "/crm/v3/objects/contacts/search", {})).body.total, 0);
});
