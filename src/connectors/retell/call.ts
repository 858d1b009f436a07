import { z } from "zod";

const data = z.record(z.string(), z.unknown()).nullish().catch(undefined);
const text = z.string().nullish().catch(undefined);
const milliseconds = z.number().nullish().catch(undefined);

/**
 * A call as Retell sends and answers it. Only its id, agent and status are always there; a field of a surprising kind
 * counts as absent, so that a call is never lost to a detail.
 */
export const RetellCall = z.looseObject({
  call_id: z.string().min(1),
  agent_id: z.string().min(1),
  call_status: text,
  call_type: text,
  direction: text,
  agent_name: text,
  agent_version: z.unknown(),
  from_number: text,
  to_number: text,
  start_timestamp: milliseconds,
  end_timestamp: milliseconds,
  duration_ms: milliseconds,
  disconnection_reason: text,
  transcript: text,
  recording_url: text,
  scrubbed_recording_url: text,
  public_log_url: text,
  metadata: data,
  retell_llm_dynamic_variables: data,
  collected_dynamic_variables: data,
  call_analysis: z
    .looseObject({
      call_summary: text,
      user_sentiment: text,
      call_successful: z.boolean().nullish().catch(undefined),
      in_voicemail: z.boolean().nullish().catch(undefined),
      custom_analysis_data: data,
    })
    .nullish()
    .catch(undefined),
});
export type RetellCall = z.infer<typeof RetellCall>;

/** Whether nothing more will happen on the line. */
export function isFinished({ call_status }: RetellCall): boolean {
  return call_status === "ended" || call_status === "not_connected" || call_status === "error";
}
