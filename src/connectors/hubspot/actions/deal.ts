import { type CallStepInput, callReference, spoken } from "#connector-kit";
import { activityAction } from "../activity.ts";

/** A deal for calls with a promising outcome, in the pipeline that the connection names. */
export const deal = activityAction<CallStepInput>({
  type: "deals",
  associationTypeId: 3,
  reference: ({ call }) => callReference(call.call_id),
  referenceProperty: "description",
  isOn: ({ pipeline_id, default_stage_id }) => Boolean(pipeline_id && default_stage_id),
  skip({ call }, { pipeline_id, default_stage_id, deal_on_outcomes }) {
    if (!pipeline_id || !default_stage_id) {
      return { reason: "not_configured", detail: "The connection names no pipeline and stage for deals." };
    }
    if (call.call_outcome && deal_on_outcomes.includes(call.call_outcome)) return null;
    return { reason: "outcome_not_listed", detail: "deal_on_outcomes does not list this call's outcome." };
  },
  properties: ({ call }, { pipeline_id, default_stage_id }) => ({
    dealname: `${call.customer_name ?? call.customer_phone ?? call.customer_email ?? "Caller"}: ${spoken(call.call_outcome ?? "")}`,
    pipeline: pipeline_id ?? "",
    dealstage: default_stage_id ?? "",
    description: [call.call_summary, callReference(call.call_id)].filter(Boolean).join("\n\n"),
  }),
});
