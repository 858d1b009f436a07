import type { CallRecord } from "#model";

/** The example of contract 1: the Zap editor builds its list of fields from the first call it sees, so none is empty. */
export function aTestCall(callId: string): CallRecord {
  return {
    id: callId,
    call_id: callId,
    agent_id: "agent_test",
    customer_name: "Jane Smith",
    customer_phone: "+14075550100",
    customer_email: "jane@example.com",
    call_outcome: "appointment_booked",
    call_summary: "Test call: customer scheduled roof inspection",
    call_sentiment: "positive",
    transcript: "Agent: Hello, how can I help?\nCaller: I would like a roof inspection.",
    recording_url: "https://example.com/recording.wav",
    started_at: "2026-02-15T14:30:00Z",
    ended_at: "2026-02-15T14:35:00Z",
    duration_seconds: 300,
    appointment_booked: { date: "2026-02-20", time: "14:00", timezone: "America/New_York", durationMinutes: 60 },
    extra: {},
  };
}
