/** A believable finished call of about a kilobyte; each index is another person. */
export function finishedCall(index: number, agent: string) {
  return {
    call_id: `bench_${index}`,
    agent_id: agent,
    customer_name: `Person ${index}`,
    customer_phone: `+1407${String(2_000_000 + (index % 7_000_000))}`,
    call_outcome: "message_taken",
    call_summary: "Customer reported a leak above the kitchen after the storm and asked for an inspection this week.",
    call_sentiment: "neutral",
    transcript:
      "Agent: Thank you for calling, how can I help?\nCustomer: Water is coming through the ceiling.\n".repeat(5),
    recording_url: `https://recordings.example.com/bench_${index}.wav`,
    started_at: "2026-02-15T14:30:00Z",
    ended_at: "2026-02-15T14:35:00Z",
    duration_seconds: 300,
  };
}
