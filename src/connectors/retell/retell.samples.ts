/** A call as Retell sends it once it is analysed; change what the test is about. */
export function aRetellCall(changes: Record<string, unknown> = {}) {
  return {
    call_id: "call_00000000000000000000000000000001",
    call_type: "phone_call",
    call_status: "ended",
    direction: "inbound",
    agent_id: "agent_demo",
    agent_name: "Front desk",
    agent_version: 3,
    from_number: "+14079780655",
    to_number: "+14075550199",
    start_timestamp: 1793631700000,
    end_timestamp: 1793631845000,
    duration_ms: 145000,
    disconnection_reason: "user_hangup",
    transcript: "Agent: Hello.\nUser: My roof is leaking.",
    recording_url: "https://recordings.example.com/1.wav",
    retell_llm_dynamic_variables: { customer_name: "Jane" },
    call_analysis: anAnalysis(),
    ...changes,
  };
}

export function anAnalysis(changes: Record<string, unknown> = {}, found: Record<string, unknown> = {}) {
  return {
    call_summary: "Customer scheduled roof inspection",
    call_successful: true,
    user_sentiment: "Positive",
    in_voicemail: false,
    custom_analysis_data: { customer_name: "Jane Smith", service_requested: "roof_repair", ...found },
    ...changes,
  };
}

export const anAppointment = {
  appointment_date: "2026-11-20",
  appointment_time: "14:00",
  appointment_timezone: "America/New_York",
};
