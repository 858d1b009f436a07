import type { CommonOptions } from "#simulators/kit";
import type { AgentOptions } from "./types.ts";

export interface RetellOptions extends CommonOptions {
  apiKeys?: string[];
  /** The key that signs webhooks; the first API key when absent. */
  webhookKey?: string;
  /** The account's webhook address; an agent's own one replaces it. */
  webhookUrl?: string;
  agents?: AgentOptions[];
  phoneNumbers?: string[];
  concurrencyLimit?: number;
  /** Retell publishes no request limit; without this there is none. */
  requestsPerSecond?: number;
  webhookRetryDelaysMs?: number[];
  /** Outbound calls are answered, talked and analysed by themselves, this long after they were created. */
  playOutboundAfterMs?: number;
}

/** What exists when nothing is asked for. */
export const defaults = {
  apiKey: "key_demo_retell_webhook",
  agentId: "agent_demo",
  phoneNumber: "+14075550199",
} as const;
