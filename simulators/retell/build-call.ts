import { randomUUID } from "node:crypto";
import type { AgentOptions, RetellCall, Utterance } from "./types.ts";

export interface CallOptions extends Partial<RetellCall> {
  /** Lines as `Agent: …` or `User: …`; turned into all three forms of the transcript. */
  lines?: string[];
  durationSeconds?: number;
}

const someLines = [
  "Agent: Thanks for calling Example Roofing, how can I help?",
  "User: Hi, this is Jane Smith. I would like somebody to look at my roof.",
  "Agent: Of course. Does February 20th at two in the afternoon suit you?",
  "User: Yes, that works.",
  "Agent: Booked. We will see you then.",
];

/**
 * A genuine call object as `get-call` answers it: ended, with transcript, recording, cost and analysis.
 * Any field can be given; `lines` and `durationSeconds` shape the parts that depend on each other.
 */
export function buildCall({ lines = someLines, durationSeconds = 300, ...given }: CallOptions = {}): RetellCall {
  const call_id = given.call_id ?? `call_${randomUUID().replaceAll("-", "")}`;
  const end_timestamp = given.end_timestamp ?? Date.parse("2026-02-15T14:35:00Z");
  const start_timestamp = given.start_timestamp ?? end_timestamp - durationSeconds * 1_000;
  const transcript_object = toUtterances(lines);
  return {
    call_id,
    call_type: "phone_call",
    agent_id: "agent_demo",
    agent_name: "Front desk",
    agent_version: 0,
    call_status: "ended",
    direction: "inbound",
    from_number: "+14079780655",
    to_number: "+14075550199",
    metadata: {},
    retell_llm_dynamic_variables: {},
    collected_dynamic_variables: {},
    data_storage_setting: "everything",
    opt_in_signed_url: false,
    start_timestamp,
    end_timestamp,
    duration_ms: end_timestamp - start_timestamp,
    transcript: lines.map((line) => `${line}\n`).join(""),
    transcript_object,
    transcript_with_tool_calls: transcript_object,
    recording_url: `https://recordings.example.com/${call_id}/recording.wav`,
    recording_multi_channel_url: `https://recordings.example.com/${call_id}/recording_multichannel.wav`,
    public_log_url: `https://recordings.example.com/${call_id}/public_log.txt`,
    disconnection_reason: "user_hangup",
    latency: { e2e: { p50: 800, p90: 1_200, p95: 1_500, p99: 2_500, max: 2_700, min: 500, num: 10, values: [] } },
    call_cost: {
      product_costs: [{ product: "elevenlabs_tts", unit_price: 0.117, cost: Math.round(durationSeconds * 11.7) / 100 }],
      total_duration_seconds: durationSeconds,
      total_duration_unit_price: 0.117,
      combined_cost: Math.round(durationSeconds * 11.7) / 100,
    },
    llm_token_usage: { values: [1_200, 1_340], average: 1_270, num_requests: 2 },
    telephony_identifier: { twilio_call_sid: `CA${call_id.slice(-32)}` },
    call_analysis: {
      call_summary: "Jane Smith asked for a roof inspection and booked February 20th at 2 PM.",
      in_voicemail: false,
      user_sentiment: "Positive",
      call_successful: true,
      custom_analysis_data: {
        customer_name: "Jane Smith",
        customer_email: "jane@example.com",
        call_outcome: "appointment_booked",
        appointment_date: "2026-02-20",
        appointment_time: "14:00",
      },
    },
    ...given,
  };
}

// Words are timed in seconds from the start of the call, a third of a second each.
function toUtterances(lines: string[]): Utterance[] {
  let at = 0.5;
  return lines.map((line) => {
    const cut = line.indexOf(":");
    const role = line.slice(0, cut).trim().toLowerCase() === "user" ? "user" : "agent";
    const content = line.slice(cut + 1).trim();
    const words = content.split(/\s+/).map((word) => {
      const start = Math.round(at * 1_000) / 1_000;
      at += 0.33;
      return { word, start, end: Math.round(at * 1_000) / 1_000 };
    });
    at += 0.5;
    return { role, content, words };
  });
}

export function buildAgent(options: AgentOptions, now: number) {
  return {
    agent_id: "agent_demo",
    version: 0,
    is_published: true,
    base_version: null,
    assigned_tags: [],
    agent_name: "Front desk",
    voice_id: "11labs-Adrian",
    response_engine: { type: "retell-llm", llm_id: "llm_demo", version: 0 },
    language: "en-US",
    webhook_url: null,
    webhook_events: ["call_started", "call_ended", "call_analyzed"],
    webhook_timeout_ms: 10_000,
    post_call_analysis_data: [],
    ...options,
    last_modification_timestamp: now,
  };
}
