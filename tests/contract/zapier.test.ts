import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { aCall, aMessage, type CallStepInput, type MessageStepInput, type Unit } from "#connector-kit";
import { zapier } from "#connectors";
import { startSimulator } from "#simulators/kit";
import { createZapierSimulator } from "#simulators/zapier";
import { type ContractSite, type ContractWrite, connectorContract } from "../../src/connector-kit/contract.ts";
import { armed, createUs, execute, type SignIn } from "./us.ts";

const actions = zapier.actions as Required<typeof zapier.actions>;
const withUrl = (webhook_url: string): SignIn => ({ kind: "webhook_url", fields: { webhook_url } });

const writes = ["posts", "messages"].map((name) => ({ name, refuses: false }));
connectorContract(zapier, { open, execute, writes, reads: false, scopes: false });

async function open(t: TestContext): Promise<ContractSite> {
  const { simulator, url, us } = await aWorld(t);
  const posts = {
    name: "posts",
    action: actions.post,
    path: /^\/hooks\/catch\//,
    unit: aStep,
    count: () => simulator.control.deliveries.count(),
  };
  const messages = { ...posts, name: "messages", action: actions.message, unit: aText };
  return {
    api: await us.connect(withUrl(url)),
    strangerApi: await us.connect(withUrl(url.replace(/[^/]+\/$/, "gone/"))),
    writes: [posts, messages] as ContractWrite[],
    ...armed(simulator.control),
  };
}

async function aWorld(t: TestContext) {
  const simulator = await startSimulator(t, createZapierSimulator);
  return { simulator, url: simulator.control.addHook(), us: createUs(t, zapier, simulator.url) };
}

function aStep(number: number): Unit<CallStepInput> {
  return { key: `call-${number}`, input: { call: aCall({ call_id: `call_${number}` }), contactId: null } };
}

function aText(number: number): Unit<MessageStepInput> {
  return {
    key: `message-${number}`,
    input: { message: aMessage({ message_id: `sms_${number}` }), contactId: null },
  };
}

test("a hook that was removed asks its owner for a new one, and calls wait instead of failing", async (t) => {
  const { simulator, url, us } = await aWorld(t);
  const api = await us.connect(withUrl(url));
  simulator.control.removeHook(url.split("/").at(-2) ?? "");

  const outcome = (await execute(api, actions.post, [aStep(1)], "new")).get("call-1");

  assert.equal(outcome?.outcome === "failed" && outcome.error.disposition, "reauthorize");
});

test("what a Zap gets is one flat call, under the names of contract 1", async (t) => {
  const { simulator, url, us } = await aWorld(t);
  await execute(await us.connect(withUrl(url)), actions.post, [aStep(1)], "new");

  const [delivery] = simulator.control.deliveries.list();
  const [run] = (delivery?.runs ?? []) as { action: string; call: Record<string, unknown>; timestamp: string }[];

  assert.equal(run?.action, "call_completed");
  assert.equal(run.call.customer_phone, "+14079780655");
  assert.equal(run.call.service_requested, "roof_repair");
  assert.match(run.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(delivery?.contentType, "application/json");
});

test("forty calls at once stay below Zapier's pace", async (t) => {
  const { simulator, url, us } = await aWorld(t);
  const units = Array.from({ length: 40 }, (_, index) => aStep(index));
  const outcomes = await execute(await us.connect(withUrl(url)), actions.post, units, "new");
  assert.deepEqual([...new Set([...outcomes.values()].map(({ outcome }) => outcome))], ["created"]);
  assert.equal(simulator.control.counts().byStatus["429"], undefined);
});
