import { z } from "zod";
import { callSettings, type ProviderApi, readSettings } from "#connector-kit";

export const HubSpotSettings = z.strictObject({
  ...callSettings,
  owner_id: z
    .string()
    .nullable()
    .default(null)
    .describe("HubSpot owner of what we create (the owner's id, not the user's). Empty: nobody."),
  default_country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default("US")
    .describe("Country of phone numbers that HubSpot holds without a country code, as two capital letters."),
  log_transcript: z.boolean().default(true).describe("Put the transcript into the call note."),
  pipeline_id: z.string().nullable().default(null).describe("Pipeline for new deals. Empty: no deals."),
  default_stage_id: z.string().nullable().default(null).describe("Stage for new deals. Empty: no deals."),
  deal_on_outcomes: z
    .array(z.string())
    .default(["appointment_booked", "qualified_lead"])
    .describe("Call outcomes that open a deal, when a pipeline and a stage are set."),
  workflow_id: z
    .string()
    .regex(/^\d+$/)
    .nullable()
    .default(null)
    .describe("Workflow (its v2 number) that the contact is enrolled in after a call. Empty: none."),
});
export type HubSpotSettings = z.infer<typeof HubSpotSettings>;

export function settingsOf(api: Pick<ProviderApi, "connection">): HubSpotSettings {
  return readSettings(HubSpotSettings, api);
}
