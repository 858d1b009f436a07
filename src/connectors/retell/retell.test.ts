import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { symmetric } from "retell-sdk/lib/webhook_auth";
import { CompletedCall } from "#model";
import { createScriptedApi } from "../testing.ts";
import { RetellCall } from "./call.ts";
import { retell } from "./connector.ts";
import { anAnalysis, anAppointment, aRetellCall } from "./retell.samples.ts";
import { toCompletedCall } from "./to-completed-call.ts";

const webhooks = retell.webhooks;
assert.ok(webhooks);
const { parse, toChange, signature } = webhooks;

const completed = (changes: Record<string, unknown> = {}) => toCompletedCall(RetellCall.parse(aRetellCall(changes)));
const found = (values: Record<string, unknown>) => completed({ call_analysis: anAnalysis({}, values) });

test("a webhook that Retell's own SDK signed is accepted", async () => {
  const body = JSON.stringify({ event: "call_analyzed", call: aRetellCall() });
  const now = 1793631845123;
  const header = await symmetric.sign(body, "key_live", now);
  const request = {
    method: "POST",
    url: "https://x.test/",
    headers: { "x-retell-signature": header },
    body: Buffer.from(body),
  };
  signature.verify(request, "key_live", now + 1_000);
  assert.throws(() => signature.verify(request, "key_other", now), { code: "webhook.signature_invalid" });
});

test("an analysed call is a completed one, in the names of the contract", () => {
  const [part] = parse(JSON.stringify({ event: "call_analyzed", call: aRetellCall() }));
  assert.ok(part);
  assert.equal(part.type, "call_analyzed");
  assert.deepEqual(toChange(part), {
    kind: "call_completed",
    call: {
      call_id: "call_00000000000000000000000000000001",
      agent_id: "agent_demo",
      customer_name: "Jane Smith",
      customer_phone: "+14079780655",
      customer_email: null,
      call_outcome: "completed",
      call_summary: "Customer scheduled roof inspection",
      call_sentiment: "positive",
      transcript: "Agent: Hello.\nUser: My roof is leaking.",
      recording_url: "https://recordings.example.com/1.wav",
      started_at: "2026-11-02T15:01:40.000Z",
      ended_at: "2026-11-02T15:04:05.000Z",
      duration_seconds: 145,
      appointment_booked: null,
      service_requested: "roof_repair",
      direction: "inbound",
      call_type: "phone_call",
      disconnection_reason: "user_hangup",
      agent_name: "Front desk",
      agent_version: 3,
      call_successful: true,
      in_voicemail: false,
      custom_analysis_data: { customer_name: "Jane Smith", service_requested: "roof_repair" },
    },
  });
});

test("an ended call waits a quarter of an hour for its analysis, connected or not", () => {
  for (const changes of [{}, { call_status: "not_connected", disconnection_reason: "dial_no_answer" }]) {
    const [part] = parse(
      JSON.stringify({ event: "call_ended", call: aRetellCall({ ...changes, call_analysis: undefined }) }),
    );
    assert.ok(part);
    assert.deepEqual(toChange(part), {
      kind: "call_pending",
      externalCallId: "call_00000000000000000000000000000001",
      waitMs: 900_000,
    });
  }
});

test("every other event is ignored, with its reason", () => {
  for (const event of ["call_started", "transcript_updated", "transfer_started", "chat_ended", "something_new"]) {
    const [part] = parse(JSON.stringify({ event, call: aRetellCall() }));
    assert.ok(part);
    const change = toChange(part);
    assert.equal(change.kind, "ignored");
    assert.ok(change.kind === "ignored" && change.why.length > 10);
  }
});

test("an event of a call is the same event however often it comes, and not that of another call", () => {
  const key = (event: string, callId: string, changes = {}) =>
    parse(JSON.stringify({ event, call: aRetellCall({ call_id: callId, ...changes }) }))[0]?.dedupeKey;
  assert.equal(key("call_ended", "a"), key("call_ended", "a", { transcript: "more" }));
  assert.notEqual(key("call_ended", "a"), key("call_analyzed", "a"));
  assert.notEqual(key("call_ended", "a"), key("call_ended", "b"));
});

test("a body that is not Retell's is refused", () => {
  for (const body of ["", "[]", "{}", '{"event":1}', '{"event":"call_ended","call":{}}']) {
    assert.throws(() => parse(body), { code: "request.invalid" });
  }
});

test("the customer is the other end of the line, whichever way the call went", () => {
  assert.equal(completed({ direction: "outbound" }).customer_phone, "+14075550199");
  assert.equal(completed({ from_number: "anonymous" }).customer_phone, null);
  assert.equal(completed({ from_number: "sip:jane@example.com" }).customer_phone, null);
  const said = { from_number: "anonymous", call_analysis: anAnalysis({}, { callback_number: "407 555 0123" }) };
  assert.equal(completed(said).customer_phone, "407 555 0123");
  assert.equal(completed({ call_type: "web_call", from_number: undefined, direction: undefined }).customer_phone, null);
});

test("what the analysis found out goes before what was known when the call began", () => {
  assert.equal(completed().customer_name, "Jane Smith");
  assert.equal(completed({ call_analysis: undefined }).customer_name, "Jane");
  assert.equal(found({ customer_name: "", first_name: "Ann", last_name: "Lee" }).customer_name, "Jane");
  const collected = { collected_dynamic_variables: { email: "jane@example.com" } };
  assert.equal(completed(collected).customer_email, "jane@example.com");
});

test("an appointment needs its day, time and zone", () => {
  const plain = { date: "2026-11-20", time: "14:00", timezone: "America/New_York", durationMinutes: 60 };
  assert.deepEqual(found(anAppointment).appointment_booked, plain);
  assert.deepEqual(found({ ...anAppointment, appointment_time: "2:00 PM" }).appointment_booked, plain);
  assert.deepEqual(
    found({ ...anAppointment, appointment_duration_minutes: "30" }).appointment_booked?.durationMinutes,
    30,
  );
  assert.deepEqual(found({ appointment_booked: JSON.stringify(plain) }).appointment_booked, plain);
  assert.equal(found({ ...anAppointment, appointment_timezone: undefined }).appointment_booked, null);
  assert.equal(found({ ...anAppointment, appointment_timezone: "Eastern" }).appointment_booked, null);
  assert.equal(found({ ...anAppointment, appointment_time: "after lunch" }).appointment_booked, null);
  assert.equal(found({ ...anAppointment, appointment_time: "14:00 PM" }).appointment_booked, null);
  assert.equal(found({ ...anAppointment, appointment_date: "2026-02-30" }).appointment_booked, null);
});

test("a reminder does not book the appointment that it began with, and nobody there books none", () => {
  const reminder = completed({ retell_llm_dynamic_variables: anAppointment });
  assert.equal(reminder.appointment_booked, null);
  assert.equal(reminder.call_outcome, "completed");
  const unanswered = completed({ call_status: "not_connected", call_analysis: anAnalysis({}, anAppointment) });
  assert.equal(unanswered.appointment_booked, null);
  assert.equal(unanswered.call_outcome, "no_answer");
});

test("midnight and noon are told apart", () => {
  const time = (text: string) => found({ ...anAppointment, appointment_time: text }).appointment_booked?.time;
  assert.deepEqual(["12:00 am", "12:15 PM", "9am", "9:30", "11 p.m."].map(time), [
    "00:00",
    "12:15",
    "09:00",
    "09:30",
    "23:00",
  ]);
});

test("the outcome is the analysis's own word, else what is certain", () => {
  const outcome = (changes: Record<string, unknown>) => completed(changes).call_outcome;
  assert.equal(found({ call_outcome: "Qualified Lead" }).call_outcome, "qualified_lead");
  assert.equal(found(anAppointment).call_outcome, "appointment_booked");
  assert.equal(found({ appointment_booked: true }).call_outcome, "appointment_booked");
  assert.equal(outcome({ call_analysis: anAnalysis({ in_voicemail: true }) }), "voicemail");
  assert.equal(outcome({ disconnection_reason: "voicemail_reached" }), "voicemail");
  assert.equal(outcome({ disconnection_reason: "dial_busy" }), "no_answer");
  assert.equal(outcome({ call_status: "not_connected", disconnection_reason: undefined }), "no_answer");
  assert.equal(outcome({ call_status: "error", disconnection_reason: "error_asr" }), "error");
  assert.equal(outcome({}), "completed");
});

test("a field of the analysis cannot pose as one of the contract", () => {
  const call = found({
    call_id: "forged",
    agent_id: "forged",
    transcript: "forged",
    recording_url: "javascript:alert(1)",
  });
  assert.doesNotMatch(JSON.stringify({ ...call, custom_analysis_data: undefined }), /forged|javascript/);
});

test("whatever Retell sends, the result is a valid call", () => {
  const odd = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.object(),
  );
  const names = Object.keys(aRetellCall()).filter((name) => name !== "call_id" && name !== "agent_id");
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...names), odd),
      fc.dictionary(fc.constantFrom("call_outcome", "email", "appointment_booked", "appointment_time", "name"), odd),
      (changes, values) => {
        const call = RetellCall.parse(aRetellCall({ call_analysis: anAnalysis({}, values), ...changes }));
        CompletedCall.parse(toCompletedCall(call));
      },
    ),
    { numRuns: 300 },
  );
});

test("a long transcript is cut to what the contract takes, and a strange recording address is left out", () => {
  const call = completed({ transcript: "x".repeat(500_000), recording_url: "ftp://files.example.com/1.wav" });
  assert.equal(call.transcript?.length, 400_000);
  assert.equal(call.recording_url, null);
  CompletedCall.parse(call);
});

test("a call is read again by its id; unknown and unfinished ones are null", async () => {
  const read = (status: number, body: unknown) =>
    retell.readCall?.(
      createScriptedApi(retell, () => ({ status, body })),
      "call/1",
    );
  assert.equal((await read(200, aRetellCall()))?.call_outcome, "completed");
  assert.equal(await read(200, aRetellCall({ call_status: "ongoing" })), null);
  assert.equal(await read(422, { status: "error", message: "Not found" }), null);
  await assert.rejects(async () => read(200, "<html>"), { code: "provider.malformed_answer" });
  const api = createScriptedApi(retell, () => ({ status: 422 }));
  await retell.readCall?.(api, "call/1");
  assert.equal(api.sent[0]?.path, "/v2/get-call/call%2F1");
});

const failures: [status: number, code: string, retryAfterMs?: number, headers?: Record<string, string>][] = [
  [400, "provider.validation"],
  [401, "provider.credentials_invalid"],
  [402, "provider.permission"],
  [422, "provider.not_found"],
  [429, "provider.rate_limited", 1_000],
  [429, "provider.rate_limited", 1_500, { "retry-after-ms": "1500", "retry-after": "9" }],
  [500, "provider.outage"],
];
for (const [status, code, retryAfterMs, headers] of failures) {
  test(`a ${status} ${headers ? "with a waiting time " : ""}is ${code}`, () => {
    const request = { method: "GET", path: "/", effect: "read" } as const;
    const error = retell.classify({ request, status, body: {}, headers: new Headers(headers), intervalMs: 1_000 });
    assert.equal(error.code, code);
    assert.equal(error.retryAfterMs, retryAfterMs);
  });
}
