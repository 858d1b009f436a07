import assert from "node:assert/strict";
import { test } from "node:test";
import { aCall, aMessage } from "#connector-kit";
import { createScriptedApi } from "../testing.ts";
import { zapier } from "./connector.ts";
import { toMessagePayload, toPayload } from "./payload.ts";
import { message, post } from "./post.ts";
import { webhookUrl } from "./webhook-url.ts";
import { aHookAnswer, aHookUrl } from "./zapier.samples.ts";

const codes = (url: string, host = "hooks.zapier.com") => webhookUrl.check(new URL(url), host).map(({ code }) => code);

test("a catch hook and a REST hook of Zapier are accepted", () => {
  for (const url of [
    aHookUrl,
    "https://hooks.zapier.com/hooks/standard/1/abc",
    "https://hooks.zapier.com/hooks/catch/abcdef/",
  ]) {
    assert.deepEqual(codes(url), []);
  }
});

test("any other address is refused, and says why", () => {
  assert.deepEqual(codes("http://hooks.zapier.com/hooks/catch/1/a/"), ["not_https"]);
  assert.deepEqual(codes("https://hooks.zapier.com.evil.test/hooks/catch/1/a/"), ["wrong_host"]);
  assert.deepEqual(codes("https://hooks.zapier.com:8443/hooks/catch/1/a/"), ["wrong_host"]);
  assert.deepEqual(codes("https://hooks.zapier.com/app/zaps"), ["wrong_path"]);
  assert.deepEqual(codes("https://hooks.zapier.com/hooks/catch/"), ["wrong_path"]);
  assert.deepEqual(codes("https://hooks.zapier.com/hooks/catch/../../login"), ["wrong_path"]);
  assert.deepEqual(codes("https://me:pw@hooks.zapier.com/hooks/catch/1/a/"), ["has_credentials"]);
});

test("a configured stand-in may speak plain HTTP, on its own host only", () => {
  assert.deepEqual(codes("http://127.0.0.1:4100/hooks/catch/1/a/", "127.0.0.1:4100"), []);
  assert.deepEqual(codes(aHookUrl, "127.0.0.1:4100"), ["wrong_host"]);
  assert.deepEqual(codes("ftp://127.0.0.1:4100/hooks/catch/1/a/", "127.0.0.1:4100"), ["not_https"]);
});

test("the account is the user that the URL names, and its name does not give the hook away", () => {
  assert.deepEqual(webhookUrl.account?.(new URL(aHookUrl)), {
    id: "123456",
    name: "hooks.zapier.com/hooks/catch/123456/…",
  });
  const old = webhookUrl.account?.(new URL("https://hooks.zapier.com/hooks/catch/abcdef/"));
  assert.match(old?.id ?? "", /^hook-[0-9a-f]{12}$/);
  assert.doesNotMatch(JSON.stringify(old), /abcdef/);
});

test("a Zap receives contract 1, field for field", () => {
  const call = aCall({ extra: {}, transcript: "…", recording_url: "https://recordings.example.com/1.wav" });
  assert.deepEqual(toPayload(call, {}, new Date("2026-02-15T14:35:01.250Z")), {
    action: "call_completed",
    call: {
      call_id: "call_abc123",
      agent_id: "agent_xyz789",
      customer_name: "Jane Smith",
      customer_phone: "+14079780655",
      customer_email: "jane@example.com",
      call_outcome: "appointment_booked",
      call_summary: "Customer scheduled roof inspection",
      call_sentiment: "positive",
      transcript: "…",
      recording_url: "https://recordings.example.com/1.wav",
      started_at: "2026-02-15T14:30:00Z",
      ended_at: "2026-02-15T14:35:00Z",
      duration_seconds: 300,
      appointment_booked: { date: "2026-02-20", time: "14:00", timezone: "America/New_York", durationMinutes: 60 },
    },
    timestamp: "2026-02-15T14:35:01Z",
  });
});

test("what a call does not say is null, not absent; extra and mapped fields come along and replace nothing", () => {
  const call = aCall({
    customer_email: null,
    appointment_booked: null,
    extra: { service_requested: "roof", call_id: "other" },
  });
  const payload = toPayload(call, { city: "Austin", agent_id: "other" }, new Date(0));
  assert.equal(payload.call.customer_email, null);
  assert.equal(payload.call.appointment_booked, null);
  assert.equal(payload.call.service_requested, "roof");
  assert.equal(payload.call.city, "Austin");
  assert.equal(payload.call.call_id, "call_abc123");
  assert.equal(payload.call.agent_id, "agent_xyz789");
});

test("one refused call does not hold up the others", async () => {
  const api = createScriptedApi(zapier, ({ json }) =>
    JSON.stringify(json).includes("call_bad") ? { status: 413 } : { status: 200, body: aHookAnswer() },
  );
  const units = ["call_1", "call_bad", "call_2"].map((id) => ({
    key: id,
    input: { call: aCall({ call_id: id }), contactId: null },
  }));

  const outcomes = await post.perform(api, units);

  const told = outcomes.map((outcome) => (outcome.outcome === "failed" ? outcome.error.code : outcome.outcome));
  assert.deepEqual(told, ["created", "provider.validation", "created"]);
});

const failures: [status: number, code: string, retryAfterMs?: number, headers?: Record<string, string>][] = [
  [302, "provider.malformed_answer"],
  [400, "provider.validation"],
  [404, "provider.credentials_invalid"],
  [410, "provider.credentials_invalid"],
  [413, "provider.validation"],
  [429, "provider.rate_limited", 30_000],
  [429, "provider.rate_limited", 5_000, { "retry-after": "5" }],
  [502, "provider.ambiguous"],
];
for (const [status, code, retryAfterMs, headers] of failures) {
  test(`a hook's ${status} ${headers ? "with Retry-After " : ""}is ${code}`, () => {
    const request = { method: "POST", path: "/", effect: "write" } as const;
    const error = zapier.classify({ request, status, body: "", headers: new Headers(headers), intervalMs: 1_000 });
    assert.equal(error.code, code);
    assert.equal(error.retryAfterMs, retryAfterMs);
  });
}

test("the test call is a whole contract 1, so that every field can be mapped in the Zap", async () => {
  const api = createScriptedApi(zapier, () => ({ status: 200, body: aHookAnswer() }));
  const [check] = zapier.checks;
  assert.equal(check?.writes, true);
  await check?.run(api);
  const call = (api.sent[0]?.json as { call: Record<string, unknown> } | undefined)?.call;
  assert.ok(Object.values(call ?? { none: null }).every((value) => value !== null && value !== ""));
});

test("a text message reaches the Zap with every field of its contract, extra ones beside them", async () => {
  const record = aMessage({ customer_name: null, extra: { lang: "en", text: "another" } });
  assert.deepEqual(toMessagePayload(record, { city: "Austin" }, new Date("2026-02-16T09:12:01.250Z")), {
    action: "message_logged",
    message: {
      lang: "en",
      city: "Austin",
      message_id: "sms_abc123",
      agent_id: "agent_xyz789",
      conversation_id: "conv_1",
      direction: "inbound",
      customer_name: null,
      customer_phone: "+14079780655",
      customer_email: null,
      text: "Can you come on Friday instead?",
      sent_at: "2026-02-16T09:12:00Z",
    },
    timestamp: "2026-02-16T09:12:01Z",
  });

  const api = createScriptedApi(zapier, () => ({ status: 200, body: aHookAnswer() }));
  const [outcome] = await message.perform(api, [{ key: "k", input: { message: record, contactId: null } }]);
  assert.deepEqual(outcome, { outcome: "created", externalId: "sms_abc123" });
  const sent = api.sent[0]?.json as { action: string } | undefined;
  assert.equal(sent?.action, "message_logged");
});
