import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProviderRequest } from "#connector-kit";
import { createScriptedApi } from "../testing.ts";
import { appointment } from "./actions/appointment.ts";
import { deal } from "./actions/deal.ts";
import { message } from "./actions/message.ts";
import { note } from "./actions/note.ts";
import { workflow } from "./actions/workflow.ts";
import { hubspot } from "./connector.ts";
import { aBatch, aContact } from "./hubspot.samples.ts";
import { aMessageStep, answers, aStep, firstInputs, inputsOf, takesAll, units } from "./hubspot.testing.ts";

test("a note is made with its contact in one request", async () => {
  const api = createScriptedApi(hubspot, answers({ "/notes/batch/create": takesAll }));

  const outcomes = await note.perform(api, units(aStep(), aStep({}, null), aStep({ call_id: "call_2" }, "502")));

  const inputs = firstInputs(api);
  assert.equal(inputs.length, 2);
  assert.equal(inputs[0]?.properties.hs_timestamp, "2026-02-15T14:35:00.000Z");
  assert.match(inputs[0]?.properties.hs_note_body ?? "", /Call ID: call_abc123<\/p>$/);
  assert.deepEqual(inputs[1]?.associations, [
    { to: { id: "502" }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 202 }] },
  ]);
  assert.deepEqual(outcomes, [
    { outcome: "created", externalId: "900" },
    { outcome: "skipped", reason: "no_contact", detail: "There is no contact to attach it to." },
    { outcome: "created", externalId: "901" },
  ]);
});

test("a note that an unanswered request made is found by its call reference among the contact's notes", async () => {
  const noteRow = (id: string, callId: string) => ({
    ...aContact({ id }),
    properties: { hs_note_body: `<p>x</p><p>Call ID: ${callId}</p>` },
  });
  const routes = {
    "/contacts/notes/batch/read": (request: ProviderRequest) => {
      const [input] = inputsOf(request);
      const first = { from: { id: "501" }, to: [{ toObjectId: 11 }], paging: { next: { after: "x" } } };
      return { body: aBatch([input?.after ? { from: { id: "501" }, to: [{ toObjectId: "12" }] } : first]) };
    },
    "/notes/batch/read": () => ({ body: aBatch([noteRow("11", "call_abc1234"), noteRow("12", "call_abc123")]) }),
  };
  const api = createScriptedApi(hubspot, answers(routes));
  const { identity } = note;
  assert.equal(identity.kind, "probe");

  assert.equal(identity.settleMs(api), 0);
  assert.deepEqual([...(await identity.find(api, units(aStep(), aStep({ call_id: "call_9" }))))], [["key-0", "12"]]);
});

test("an appointment becomes a meeting at the instant of its zone, and a call without one is skipped", async () => {
  const api = createScriptedApi(hubspot, answers({ "/meetings/batch/create": takesAll }));

  const outcomes = await appointment.perform(api, units(aStep(), aStep({ appointment_booked: null })));

  const inputs = firstInputs(api);
  assert.equal(inputs[0]?.properties.hs_meeting_start_time, "2026-02-20T19:00:00.000Z");
  assert.equal(inputs[0]?.properties.hs_meeting_end_time, "2026-02-20T20:00:00.000Z");
  assert.equal(inputs[0]?.properties.hs_internal_meeting_notes, "Call ID: call_abc123");
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ["created", "skipped"],
  );
});

test("a deal is made only with a pipeline, a stage and a listed outcome", async () => {
  const script = answers({ "/deals/batch/create": takesAll });
  const reasons = async (settings: Record<string, unknown>) => {
    const outcomes = await deal.perform(
      createScriptedApi(hubspot, script, { settings }),
      units(aStep(), aStep({ call_outcome: "voicemail" })),
    );
    return outcomes.map((outcome) => (outcome.outcome === "skipped" ? outcome.reason : outcome.outcome));
  };
  assert.deepEqual(await reasons({}), ["not_configured", "not_configured"]);
  assert.deepEqual(await reasons({ pipeline_id: "default" }), ["not_configured", "not_configured"]);
  assert.deepEqual(await reasons({ pipeline_id: "default", default_stage_id: "1" }), ["created", "outcome_not_listed"]);
});

test("a workflow enrols by the e-mail that HubSpot has, and says why it does not", async () => {
  const routes = {
    "/contacts/batch/read": () => ({
      body: aBatch([
        aContact({ properties: { email: "j+1@work.example" } }),
        aContact({ id: "502", properties: { email: null } }),
      ]),
    }),
    "/enrollments/contacts/j%2B1%40work.example": () => ({ status: 204 }),
  };
  const api = createScriptedApi(hubspot, answers(routes), { settings: { workflow_id: "42" } });

  const outcomes = await workflow.perform(api, units(aStep(), aStep({}, "502"), aStep({}, null)));

  assert.deepEqual(
    outcomes.map((outcome) => (outcome.outcome === "skipped" ? outcome.reason : outcome.outcome)),
    ["created", "no_email", "no_contact"],
  );
  assert.equal(api.sent.at(-1)?.path, "/automation/v2/workflows/42/enrollments/contacts/j%2B1%40work.example");
  const off = createScriptedApi(hubspot, answers(routes));
  const [skipped] = await workflow.perform(off, units(aStep()));
  assert.equal(skipped?.outcome === "skipped" && skipped.reason, "not_configured");
  assert.equal(off.sent.length, 0);
});

test("a text message is a note at the time it was sent, and calls and messages are not taken for each other", async () => {
  const noteRow = (id: string, hs_note_body: string) => ({ ...aContact({ id }), properties: { hs_note_body } });
  const routes = {
    "/contacts/notes/batch/read": () => ({
      body: aBatch([{ from: { id: "501" }, to: [{ toObjectId: 11 }, { toObjectId: 12 }] }]),
    }),
    "/notes/batch/read": () => ({
      body: aBatch([
        noteRow("11", "<p>SMS sent: see Call ID: call_abc123</p><p>Message ID: sms_1</p>"),
        noteRow("12", "<p>Transcript: Message ID: sms_2</p><p>Call ID: call_2</p>"),
      ]),
    }),
    "/notes/batch/create": takesAll,
  };
  const api = createScriptedApi(hubspot, answers(routes));

  const outcomes = await message.perform(api, units(aMessageStep(), aMessageStep({}, null)));

  const [input] = firstInputs(api);
  assert.equal(input?.properties.hs_timestamp, "2026-02-16T09:12:00.000Z");
  assert.match(input?.properties.hs_note_body ?? "", /^<p><strong>SMS received:.*Message ID: sms_abc123<\/p>$/);
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ["created", "skipped"],
  );
  assert.ok(note.identity.kind === "probe" && message.identity.kind === "probe");
  const calls = units(aStep({ call_id: "call_abc123" }), aStep({ call_id: "call_2" }));
  assert.deepEqual([...(await note.identity.find(api, calls))], [["key-1", "12"]]);
  const messages = units(aMessageStep({ message_id: "sms_1" }), aMessageStep({ message_id: "sms_2" }));
  assert.deepEqual([...(await message.identity.find(api, messages))], [["key-0", "11"]]);
});
