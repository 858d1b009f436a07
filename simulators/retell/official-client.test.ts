import assert from "node:assert/strict";
import { test } from "node:test";
import Retell from "retell-sdk";
import { sign, verify } from "retell-sdk/lib/webhook_auth";
import { startReceiver, startSimulator } from "#simulators/kit";
import { buildCall, createRetellSimulator, defaults, signWebhook } from "./index.ts";

function clientOf(url: string, apiKey: string = defaults.apiKey) {
  return new Retell({ apiKey, baseURL: url, maxRetries: 0 });
}

test("the official client reads a call with its transcript and analysis", async (t) => {
  const retell = await startSimulator(t, createRetellSimulator, { seed: 3 });
  const { call_id } = retell.control.addCall({ lines: ["Agent: Hello", "User: Hi there"] });

  const call = await clientOf(retell.url).call.retrieve(call_id);

  assert.equal(call.call_status, "ended");
  assert.equal(call.transcript, "Agent: Hello\nUser: Hi there\n");
  assert.deepEqual(
    call.transcript_object?.[1]?.words?.map(({ word }) => word),
    ["Hi", "there"],
  );
  assert.equal(call.call_analysis?.custom_analysis_data instanceof Object, true);
});

test("the official client lists calls page by page, by filter, without transcripts", async (t) => {
  const retell = await startSimulator(t, createRetellSimulator, { seed: 3 });
  const t0 = Date.parse("2026-02-01T00:00:00Z");
  for (let index = 0; index < 5; index++)
    retell.control.addCall({ end_timestamp: t0 + index * 60_000, metadata: { our_id: `x${index}` } });
  const client = clientOf(retell.url);

  const first = await client.call.list({ limit: 2, sort_order: "ascending", include_total: true });
  const second = await client.call.list({
    limit: 2,
    sort_order: "ascending",
    pagination_key: first.pagination_key ?? "",
  });
  const ranged = await client.call.list({
    filter_criteria: { end_timestamp: { type: "range", op: "bt", value: [t0 + 60_000, t0 + 120_000] } },
  });
  const tagged = await client.call.list({
    filter_criteria: { metadata: [{ type: "string", op: "eq", key: "our_id", value: "x4" }] },
  });

  assert.equal(first.total, 5);
  assert.equal(first.has_more, true);
  assert.deepEqual(
    [...(first.items ?? []), ...(second.items ?? [])].map((call) => (call.metadata as { our_id: string }).our_id),
    ["x0", "x1", "x2", "x3"],
  );
  assert.equal(ranged.items?.length, 2);
  assert.equal(tagged.items?.length, 1);
  assert.equal("transcript" in (tagged.items?.[0] ?? {}), false);
});

test("the official client rings a number and writes attributes back", async (t) => {
  const retell = await startSimulator(t, createRetellSimulator);
  const client = clientOf(retell.url);

  const made = await client.call.createPhoneCall({
    from_number: defaults.phoneNumber,
    to_number: "+14079780655",
    metadata: { tenant: "t1" },
  });
  const changed = await client.call.update(made.call_id, { custom_attributes: { crm_id: "501" } });
  const concurrency = await client.concurrency.retrieve();

  assert.equal(made.call_status, "registered");
  assert.equal(made.direction, "outbound");
  assert.deepEqual(changed.metadata, { tenant: "t1" });
  assert.equal(concurrency.current_concurrency, 1);
});

test("the official client sees 422 for an unknown call, 401 for a wrong key, 429 above the concurrency", async (t) => {
  const retell = await startSimulator(t, createRetellSimulator, { concurrencyLimit: 0 });
  const client = clientOf(retell.url);
  const statusOf = (status: number, message: string) => (error: { status?: number; error?: { message?: string } }) => {
    assert.equal(error.status, status);
    assert.equal(error.error?.message, message);
    return true;
  };

  await assert.rejects(
    client.call.retrieve("call_nope"),
    statusOf(422, "Cannot find requested asset under given api key."),
  );
  await assert.rejects(
    clientOf(retell.url, "wrong").concurrency.retrieve(),
    statusOf(401, "API key is missing or invalid."),
  );
  await assert.rejects(
    client.call.createPhoneCall({ from_number: defaults.phoneNumber, to_number: "+14079780655" }),
    statusOf(429, "Account rate limited, please throttle your requests."),
  );
});

test("the official client lists, reads and changes agents", async (t) => {
  const retell = await startSimulator(t, createRetellSimulator);
  const client = clientOf(retell.url);

  await client.agent.update(defaults.agentId, { webhook_url: "https://example.test/hook" });
  const agent = await client.agent.retrieve(defaults.agentId);
  const list = await client.agent.list();

  assert.equal(agent.webhook_url, "https://example.test/hook");
  assert.deepEqual(
    list.items.map(({ agent_id }) => agent_id),
    [defaults.agentId],
  );
});

test("the official verifier accepts our webhooks, and only unchanged", async (t) => {
  const receiver = await startReceiver(t);
  const retell = await startSimulator(t, createRetellSimulator, { webhookUrl: `${receiver.url}/hook` });

  retell.control.playCall();
  await retell.control.webhooksIdle();

  assert.deepEqual(receiver.received.map(({ body }) => JSON.parse(body).event).sort(), [
    "call_analyzed",
    "call_ended",
    "call_started",
  ]);
  for (const { body, headers } of receiver.received) {
    const signature = String(headers["x-retell-signature"]);
    assert.equal(await verify(body, defaults.apiKey, signature), true);
    assert.equal(await verify(`${body} `, defaults.apiKey, signature), false);
    assert.equal(await verify(body, "another key", signature), false);
  }
});

test("our signature matches a known vector, and the official signer's", async () => {
  const body =
    '{"event":"call_ended","call":{"call_id":"call_00000000000000000000000000000001","call_type":"phone_call","agent_id":"agent_demo","call_status":"ended","direction":"inbound","from_number":"+15555550100","to_number":"+15555550199","start_timestamp":1793631700000,"end_timestamp":1793631845000,"disconnection_reason":"user_hangup"}}';

  const header = signWebhook(body, "key_demo_retell_webhook", 1_793_631_845_123);
  const now = Date.now();

  assert.equal(header, "v=1793631845123,d=cdc03d0aaff7ac8059d8dd14f6af011b57dd3294c5b852dd19ac7742533bec4a");
  const theirs = await sign(body, "k");
  assert.equal(signWebhook(body, "k", Number(/v=(\d+)/.exec(theirs)?.[1])), theirs);
  assert.equal(await verify(body, "k", signWebhook(body, "k", now)), true);
});

test("a webhook that is not acknowledged comes three more times, then no more", async (t) => {
  const receiver = await startReceiver(t, () => 500);
  const retell = await startSimulator(t, createRetellSimulator, {
    webhookUrl: receiver.url,
    webhookRetryDelaysMs: [1_000, 1_000, 1_000],
  });

  retell.control.send("call_ended", retell.control.addCall().call_id);
  for (let round = 0; round < 6; round++) {
    await retell.control.webhooksIdle();
    retell.control.clock.advance(1_000);
  }

  assert.equal(receiver.received.length, 4);
  assert.equal(new Set(receiver.received.map(({ headers }) => headers["x-retell-signature"])).size, 4);
});

test("call_ended comes without the analysis, and call_started not at all for a call that never connected", async (t) => {
  const receiver = await startReceiver(t);
  const retell = await startSimulator(t, createRetellSimulator, { webhookUrl: receiver.url });

  retell.control.playCall({ call_status: "not_connected", disconnection_reason: "dial_no_answer" });
  await retell.control.webhooksIdle();

  const bodies = receiver.received.map(({ body }) => JSON.parse(body));
  assert.deepEqual(bodies.map(({ event }) => event).sort(), ["call_analyzed", "call_ended"]);
  assert.equal("call_analysis" in bodies.find(({ event }) => event === "call_ended").call, false);
  assert.equal("call_analysis" in bodies.find(({ event }) => event === "call_analyzed").call, true);
});

test("an agent's own address replaces the account's, and only chosen events are told", async (t) => {
  const [account, own] = [await startReceiver(t), await startReceiver(t)];
  const retell = await startSimulator(t, createRetellSimulator, {
    webhookUrl: account.url,
    agents: [{ agent_id: "a1", webhook_url: own.url, webhook_events: ["call_analyzed"] }],
  });

  retell.control.playCall({ agent_id: "a1" });
  await retell.control.webhooksIdle();

  assert.equal(account.received.length, 0);
  assert.deepEqual(
    own.received.map(({ body }) => JSON.parse(body).event),
    ["call_analyzed"],
  );
});

test("an outbound call takes its course by itself when asked to", async (t) => {
  const receiver = await startReceiver(t);
  const retell = await startSimulator(t, createRetellSimulator, {
    webhookUrl: receiver.url,
    playOutboundAfterMs: 60_000,
  });
  const made = await clientOf(retell.url).call.createPhoneCall({
    from_number: defaults.phoneNumber,
    to_number: "+14079780655",
    metadata: { tenant: "t1" },
  });

  retell.control.clock.advance(60_000);
  await retell.control.webhooksIdle();

  const told = receiver.received.map(({ body }) => JSON.parse(body)).find(({ event }) => event === "call_analyzed");
  assert.equal(told.call.call_id, made.call_id);
  assert.deepEqual(told.call.metadata, { tenant: "t1" });
  assert.equal(retell.control.call(made.call_id)?.call_status, "ended");
});

test("a built call keeps what it was given", () => {
  const call = buildCall({ call_id: "c1", durationSeconds: 90, agent_id: "a9" });

  assert.equal(call.call_id, "c1");
  assert.equal(call.agent_id, "a9");
  assert.equal(call.duration_ms, 90_000);
});
