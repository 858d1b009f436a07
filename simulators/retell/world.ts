import { type Base, type Limiter, tokenBucket } from "#simulators/kit";
import { buildAgent } from "./build-call.ts";
import type { RetellOptions } from "./options.ts";
import { defaults } from "./options.ts";
import { signWebhook } from "./signature.ts";
import type { Agent, AgentOptions, RetellCall } from "./types.ts";

export interface PhoneNumber {
  phone_number: string;
  phone_number_type: string;
  phone_number_pretty: string;
  nickname: string | null;
  inbound_agents: Array<{ agent_id: string; weight: number }> | null;
  outbound_agents: Array<{ agent_id: string; weight: number }> | null;
  inbound_webhook_url: string | null;
  last_modification_timestamp: number;
}

export type RetellEvent = "call_started" | "call_ended" | "call_analyzed";

/** Everything one Retell account holds. */
export interface World {
  calls: Map<string, RetellCall>;
  agents: Map<string, Agent>;
  numbers: Map<string, PhoneNumber>;
  apiKeys: Set<string>;
  /** The key with the "webhook" badge: it signs. */
  webhookKey: string;
  webhookUrl: string | undefined;
  concurrencyLimit: number;
  retryDelaysMs: readonly number[];
  requestLimiter: Limiter | undefined;
  addAgent(options: AgentOptions): Agent;
  addNumber(phone: string): PhoneNumber;
  ongoing(): number;
  send(event: RetellEvent, call: RetellCall): void;
  reset(): void;
}

export function createWorld(base: Base, options: RetellOptions): World {
  const world: World = {
    calls: new Map(),
    agents: new Map(),
    numbers: new Map(),
    apiKeys: new Set(),
    webhookKey: "",
    webhookUrl: undefined,
    concurrencyLimit: 20,
    retryDelaysMs: [],
    requestLimiter: undefined,
    addAgent,
    addNumber,
    ongoing: () =>
      [...world.calls.values()].filter(({ call_status }) => call_status === "ongoing" || call_status === "registered")
        .length,
    send,
    reset,
  };
  reset();
  return world;

  function reset(): void {
    for (const held of [world.calls, world.agents, world.numbers, world.apiKeys]) held.clear();
    for (const key of options.apiKeys ?? [defaults.apiKey]) world.apiKeys.add(key);
    world.webhookKey = options.webhookKey ?? [...world.apiKeys][0] ?? defaults.apiKey;
    world.webhookUrl = options.webhookUrl;
    world.concurrencyLimit = options.concurrencyLimit ?? 20;
    // "Up to 3" more; how they are spaced is not documented.
    world.retryDelaysMs = options.webhookRetryDelaysMs ?? [1_000, 5_000, 25_000];
    world.requestLimiter =
      options.requestsPerSecond === undefined
        ? undefined
        : tokenBucket(options.requestsPerSecond, options.requestsPerSecond);
    for (const agent of options.agents ?? [{}]) addAgent(agent);
    for (const number of options.phoneNumbers ?? [defaults.phoneNumber]) addNumber(number);
  }

  function addAgent(given: AgentOptions): Agent {
    const agent = buildAgent(given, base.clock.now()) as Agent;
    world.agents.set(agent.agent_id, agent);
    return agent;
  }

  function addNumber(phone_number: string): PhoneNumber {
    const agents = [...world.agents.keys()].slice(0, 1).map((agent_id) => ({ agent_id, weight: 1 }));
    const number: PhoneNumber = {
      phone_number,
      phone_number_type: "retell-twilio",
      phone_number_pretty: phone_number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 ($1) $2-$3"),
      nickname: null,
      inbound_agents: agents,
      outbound_agents: agents,
      inbound_webhook_url: null,
      last_modification_timestamp: base.clock.now(),
    };
    world.numbers.set(phone_number, number);
    return number;
  }

  // An agent's own address replaces the account's.
  function send(event: RetellEvent, call: RetellCall): void {
    const agent = world.agents.get(call.agent_id);
    const url = agent?.webhook_url ?? world.webhookUrl;
    if (!url || (agent && !agent.webhook_events.includes(event))) return;
    const body = JSON.stringify({ event, call: visibleIn(event, call) });
    base.webhooks.send({
      url,
      timeoutMs: agent?.webhook_timeout_ms ?? 10_000,
      retryDelaysMs: world.retryDelaysMs,
      write: (_attempt, now) => ({ body, headers: { "x-retell-signature": signWebhook(body, world.webhookKey, now) } }),
    });
  }
}

// biome-ignore format: one list, read as one
const knownAtStart = [
  "call_id", "call_type", "agent_id", "agent_name", "agent_version", "direction", "from_number", "to_number",
  "metadata", "retell_llm_dynamic_variables", "start_timestamp", "data_storage_setting", "opt_in_signed_url", "telephony_identifier",
];

/** Each event carries what is known by then: the analysis comes last. */
function visibleIn(event: RetellEvent, call: RetellCall): Record<string, unknown> {
  if (event === "call_analyzed") return call;
  if (event === "call_ended") {
    const { call_analysis: _later, ...rest } = call;
    return rest;
  }
  const known = Object.fromEntries(knownAtStart.filter((name) => name in call).map((name) => [name, call[name]]));
  return { ...known, call_status: "ongoing" };
}
