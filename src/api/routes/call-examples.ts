const appointment = { date: "2026-02-20", time: "14:00", timezone: "America/New_York", durationMinutes: 60 };

/** Contract 1, as the reference page shows it. */
export const aCallMessage = {
  action: "call_completed" as const,
  call: {
    call_id: "call_abc123",
    agent_id: "agent_xyz789",
    customer_name: "Jane Smith",
    customer_phone: "+14079780655",
    customer_email: "jane@example.com",
    call_outcome: "appointment_booked",
    call_summary: "Customer scheduled roof inspection",
    call_sentiment: "positive",
    transcript: "Agent: Acme Roofing, how can I help? …",
    recording_url: "https://recordings.example.com/call_abc123.wav",
    started_at: "2026-02-15T14:30:00Z",
    ended_at: "2026-02-15T14:35:00Z",
    duration_seconds: 300,
    appointment_booked: appointment,
  },
  timestamp: "2026-02-15T14:35:01Z",
};

export const aStoredCall = {
  ...aCallMessage.call,
  id: "cal_01jq8f0c1xe4bsm2v7h9d3kqnr",
  agent_id: "agt_01jq8f0c1xe4bsm2v7h9d3kqnr",
  started_at: "2026-02-15T14:30:00.000Z",
  ended_at: "2026-02-15T14:35:00.000Z",
  extra: { service_requested: "roof inspection" },
  source: "api" as const,
  sync_state: "done" as const,
  created_at: "2026-02-15T14:35:01.200Z",
};

export const aCallSync = {
  id: "csy_01jq8f0c1xe4bsm2v7h9d3kqnr",
  call_id: "cal_01jq8f0c1xe4bsm2v7h9d3kqnr",
  connection_id: "con_01jq8f0c1xe4bsm2v7h9d3kqnr",
  provider: "hubspot",
  state: "done" as const,
  reason: null,
  detail: null,
  cause_class: null,
  attempts: 1,
  due_at: null,
  finished_at: "2026-02-15T14:35:02.120Z",
  created_at: "2026-02-15T14:35:01.200Z",
  steps: [
    {
      step: "contact" as const,
      outcome: "created",
      external_id: "17100238841",
      url: "https://app.hubspot.com/contacts/48112233/record/0-1/17100238841",
      reason: null,
      detail: null,
      duration_ms: 61,
      finished_at: "2026-02-15T14:35:01.900Z",
    },
  ],
};
