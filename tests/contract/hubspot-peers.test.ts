import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Client } from "@hubspot/api-client";
import { aCall, type ProviderApi, type ProviderRequest } from "#connector-kit";
import { hubspot } from "#connectors";
import { createHubSpotSimulator, defaults } from "#simulators/hubspot";
import { startSimulator } from "#simulators/kit";
import { openRequestSpec } from "./request-spec.ts";
import { createUs, execute } from "./us.ts";

const spec = openRequestSpec(
  "hubspot/crm-dated-2026-09.reconstructed.openapi.json",
  "hubspot/additions-dated.reconstructed.openapi.json",
);
const actions = hubspot.actions as Required<typeof hubspot.actions>;
const settings = { pipeline_id: "default", default_stage_id: "qualifiedtobuy", workflow_id: "42" };
const person = { name: "Jane Smith", phone: "+14079780655", email: "jane@example.com", fields: { city: "Austin" } };

/** One call through every step, and what was sent on the way. */
async function writeACall(t: TestContext) {
  const simulator = await startSimulator(t, createHubSpotSimulator, {
    portals: [{ id: 33, tier: "pro", workflows: [{ id: 42, name: "After a call" }] }],
  });
  const sent: ProviderRequest[] = [];
  const us = createUs(t, hubspot, simulator.url, (request) => sent.push(request));
  const api = await us.connect({ kind: "api_key", fields: { access_token: defaults.staticToken } }, settings);
  await hubspot.account?.(api);
  for (const check of hubspot.checks) await check.run(api);
  await actions.matchContacts.find(api, [{ key: "jane", input: person }]);
  const contactId = await made(execute(api, actions.createContact, [{ key: "jane", input: person }], "new"));
  await made(execute(api, actions.updateContact, [{ key: "jane", input: { contactId, person } }], "new"));
  const ids: Record<string, string> = {};
  for (const step of ["note", "appointment", "deal", "workflow"] as const) {
    ids[step] = await made(execute(api, actions[step], [{ key: step, input: { call: aCall(), contactId } }], "new"));
    await look(api, step, contactId);
  }
  return { simulator, sent, contactId, ids };
}

async function made(outcomes: ReturnType<typeof execute>): Promise<string> {
  const [outcome] = (await outcomes).values();
  assert.ok(outcome && "externalId" in outcome, JSON.stringify(outcome));
  return outcome.externalId;
}

async function look(api: ProviderApi, step: "note" | "appointment" | "deal" | "workflow", contactId: string) {
  const { identity } = actions[step];
  if ("find" in identity) await identity.find(api, [{ key: step, input: { call: aCall(), contactId } }]);
}

if (spec) {
  test("every request we send is one that HubSpot's interface description knows", async (t) => {
    const { sent } = await writeACall(t);
    assert.ok(sent.length > 20);
    assert.deepEqual(
      sent.flatMap((request) => spec.check(request)),
      [],
    );
  });

  test("a request with a field that HubSpot does not know would be noticed", () => {
    const request = { method: "POST", path: "/crm/objects/2026-09/contacts/batch/create", effect: "write" } as const;
    const input = { properties: { email: "jane@example.com" } };
    assert.deepEqual(spec.check({ ...request, json: { inputs: [input] } }), []);
    assert.equal(spec.check({ ...request, json: { inputs: [{ ...input, traceId: "0" }] } }).length, 1);
    assert.equal(spec.check({ ...request, json: { inputs: [{ properties: { age: 7 } }] } }).length, 1);
    assert.equal(spec.check({ ...request, path: "/crm/objects/2026-09/contacts/batch/invent", json: {} }).length, 1);
  });
}

test("HubSpot's own client reads back what we wrote: contact, note, meeting and how they hang together", async (t) => {
  const { simulator, contactId, ids } = await writeACall(t);
  const client = new Client({ accessToken: defaults.staticToken, basePath: simulator.url });

  const contact = await client.crm.contacts.basicApi.getById(
    "jane@example.com",
    ["firstname", "phone", "tieline_key"],
    undefined,
    undefined,
    false,
    "email",
  );
  assert.equal(contact.id, contactId);
  assert.deepEqual(
    [contact.properties.firstname, contact.properties.phone, contact.properties.tieline_key],
    ["Jane", "+14079780655", "jane"],
  );

  const noted = await client.crm.objects.notes.basicApi.getById(
    ids.note ?? "",
    ["hs_note_body", "hs_timestamp"],
    undefined,
    ["contacts"],
  );
  assert.match(noted.properties.hs_note_body ?? "", /roof inspection.*Call ID: call_abc123/);
  assert.equal(new Date(noted.properties.hs_timestamp ?? "").toISOString(), "2026-02-15T14:35:00.000Z");
  assert.equal(noted.associations?.contacts?.results[0]?.id, contactId);

  const meeting = await client.crm.objects.meetings.basicApi.getById(
    ids.appointment ?? "",
    ["hs_meeting_start_time"],
    undefined,
    ["contacts"],
  );
  assert.equal(new Date(meeting.properties.hs_meeting_start_time ?? "").toISOString(), "2026-02-20T19:00:00.000Z");
  const { results } = await client.crm.associations.v4.basicApi.getPage("contacts", contactId, "meetings");
  assert.deepEqual(
    results.map(({ toObjectId }) => String(toObjectId)),
    [ids.appointment],
  );
});
