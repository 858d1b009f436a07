export interface Utterance {
  role: "agent" | "user" | "transfer_target";
  content: string;
  words: Array<{ word: string; start: number; end: number }>;
}

/** A call in Retell's own words; unknown fields pass by. */
export interface RetellCall {
  call_id: string;
  call_type: "phone_call" | "web_call";
  agent_id: string;
  agent_version: number;
  call_status: "registered" | "not_connected" | "ongoing" | "ended" | "error";
  direction: "inbound" | "outbound";
  from_number: string;
  to_number: string;
  start_timestamp?: number;
  end_timestamp?: number;
  duration_ms?: number;
  disconnection_reason?: string;
  metadata?: Record<string, unknown>;
  call_analysis?: Record<string, unknown>;
  transcript?: string;
  transcript_object?: Utterance[];
  transcript_with_tool_calls?: unknown[];
  [field: string]: unknown;
}

export interface AgentOptions {
  agent_id?: string;
  agent_name?: string;
  /** Replaces the account's address for this agent. */
  webhook_url?: string | null;
  webhook_events?: string[];
  webhook_timeout_ms?: number;
  post_call_analysis_data?: unknown[];
  [field: string]: unknown;
}

export interface Agent extends AgentOptions {
  agent_id: string;
  agent_name: string;
  version: number;
  webhook_events: string[];
  webhook_timeout_ms: number;
  last_modification_timestamp: number;
}
