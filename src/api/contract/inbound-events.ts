import { z } from "zod";
import { Instant, pageOf, pageQuery, publicId } from "./common.ts";

export const inboundStates = ["queued", "running", "done", "ignored", "dead"] as const;

export const InboundEvent = z
  .object({
    id: publicId("inboundEvent"),
    connection_id: publicId("connection"),
    provider: z.string(),
    type: z.string().nullable().describe("The provider's own event name."),
    verdict: z.string(),
    state: z.enum(inboundStates),
    effect: z.string().nullable().describe("What it led to, in one sentence."),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    attempts: z.int(),
    received_at: Instant,
    finished_at: Instant.nullable(),
  })
  .meta({ id: "InboundEvent" });
export type InboundEvent = z.infer<typeof InboundEvent>;

export const InboundEventPage = pageOf(InboundEvent).meta({ id: "InboundEventPage" });

export const InboundEventQuery = z.strictObject({
  connection_id: z.string().max(200).optional(),
  state: z.enum(inboundStates).optional(),
  ...pageQuery,
});

export const InboundReplayed = z
  .object({ id: publicId("inboundEvent"), state: z.literal("queued") })
  .meta({ id: "InboundReplayed" });
