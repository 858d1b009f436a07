import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { retell } from "#connectors";
import { startSimulator } from "#simulators/kit";
import { buildCall, createRetellSimulator, defaults } from "#simulators/retell";
import { type ContractSite, connectorContract } from "../../src/connector-kit/contract.ts";
import { armed, createUs, execute, listen, type SignIn } from "./us.ts";

const withKey = (api_key: string): SignIn => ({ kind: "api_key", fields: { api_key } });
const { readCall, webhooks } = retell as Required<typeof retell>;

connectorContract(retell, { open, execute, writes: [], reads: true, scopes: false });

async function open(t: TestContext): Promise<ContractSite> {
  const { simulator, us } = await aWorld(t);
  return {
    api: await us.connect(withKey(defaults.apiKey)),
    strangerApi: await us.connect(withKey("key_unknown")),
    read: (api) => readCall(api, simulator.control.addCall().call_id),
    writes: [],
    ...armed(simulator.control),
  };
}

async function aWorld(t: TestContext) {
  const simulator = await startSimulator(t, createRetellSimulator);
  return { simulator, us: createUs(t, retell, simulator.url) };
}

const aBooking = {
  from_number: "+14079780655",
  call_analysis: {
    call_summary: "Booked an inspection.",
    user_sentiment: "Positive" as const,
    call_successful: true,
    custom_analysis_data: {
      customer_name: "Jane Smith",
      appointment_date: "2026-11-20",
      appointment_time: "2:00 PM",
      appointment_timezone: "America/New_York",
    },
  },
};

test("a whole call comes in signed: going on, ended, analysed", async (t) => {
  const { simulator } = await aWorld(t);
  const { url, received } = await listen(t);
  simulator.control.webhookUrl(`${url}/webhooks/retell/key`);

  const call = simulator.control.playCall(aBooking);
  await simulator.control.webhooksIdle();

  const changes = received.map((request) => {
    webhooks.signature.verify(request, defaults.apiKey, simulator.control.clock.now());
    const [part] = webhooks.parse(request.body.toString());
    assert.ok(part);
    return [part.type, webhooks.toChange(part)] as const;
  });
  const byType = Object.fromEntries(changes);
  assert.equal(byType.call_started?.kind, "ignored");
  assert.deepEqual(byType.call_ended, { kind: "call_pending", externalCallId: call.call_id, waitMs: 900_000 });
  const analysed = byType.call_analyzed;
  assert.ok(analysed?.kind === "call_completed");
  assert.equal(analysed.call.call_outcome, "appointment_booked");
  assert.equal(analysed.call.customer_phone, "+14079780655");
  assert.deepEqual(analysed.call.appointment_booked, {
    date: "2026-11-20",
    time: "14:00",
    timezone: "America/New_York",
    durationMinutes: 60,
  });
});

test("a call that is read again is the call that its webhook told", async (t) => {
  const { simulator, us } = await aWorld(t);
  const api = await us.connect(withKey(defaults.apiKey));
  const call = simulator.control.addCall(aBooking);

  const read = await readCall(api, call.call_id);

  const body = JSON.stringify({ event: "call_analyzed", call });
  const told = webhooks.toChange({ type: "call_analyzed", body });
  assert.deepEqual(read, told.kind === "call_completed" && told.call);
  assert.equal(await readCall(api, "call_unknown"), null);
});

test("a call that nobody took is told without an analysis, and is no answer", async (t) => {
  const { simulator, us } = await aWorld(t);
  const api = await us.connect(withKey(defaults.apiKey));
  const options = {
    call_status: "not_connected",
    disconnection_reason: "dial_no_answer",
    direction: "outbound",
  } as const;
  const call = simulator.control.addCall(buildCall({ ...options, to_number: "+14075550123" }));

  const read = await readCall(api, call.call_id);

  assert.equal(read?.call_outcome, "no_answer");
  assert.equal(read?.customer_phone, "+14075550123");
});
