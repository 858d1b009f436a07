import type { CallRecord, MessageRecord } from "#model";

/** A believable call for tests; change the one field that the test is about. */
export function aCall(changes: Partial<CallRecord> = {}): CallRecord {
  return {
    id: "019b2d6e-0000-7000-8000-000000000001",
    call_id: "call_abc123",
    agent_id: "agent_xyz789",
    customer_name: "Jane Smith",
    customer_phone: "+14079780655",
    customer_email: "jane@example.com",
    call_outcome: "appointment_booked",
    call_summary: "Customer scheduled roof inspection",
    call_sentiment: "positive",
    transcript: "Agent: Hello, how can I help?\nCaller: My roof is leaking.",
    recording_url: "https://recordings.example.com/call_abc123.wav",
    started_at: "2026-02-15T14:30:00.000Z",
    ended_at: "2026-02-15T14:35:00.000Z",
    duration_seconds: 300,
    appointment_booked: { date: "2026-02-20", time: "14:00", timezone: "America/New_York", durationMinutes: 60 },
    extra: { service_requested: "roof_repair" },
    ...changes,
  };
}

/** A believable message for tests. */
export function aMessage(changes: Partial<MessageRecord> = {}): MessageRecord {
  return {
    id: "019b2d6e-0000-7000-8000-000000000002",
    message_id: "sms_abc123",
    agent_id: "agent_xyz789",
    conversation_id: "conv_1",
    direction: "inbound",
    customer_name: "Jane Smith",
    customer_phone: "+14079780655",
    customer_email: null,
    text: "Can you come on Friday instead?",
    sent_at: "2026-02-16T09:12:00.000Z",
    extra: { service_requested: "roof_repair" },
    ...changes,
  };
}
