import { z } from "zod";
import { Instant, pageOf, pageQuery, publicId } from "./common.ts";

export const Event = z
  .object({
    id: publicId("event"),
    type: z.string().describe("Such as call.completed; the page of events lists them."),
    subject: z
      .object({ kind: z.string().describe("call, message or connection"), id: z.string().nullable() })
      .describe("What it is about."),
    payload: z.record(z.string(), z.unknown()).describe("By type, see the page of events. Fields may be added."),
    origin: z.string().describe("us, or where the subject came from: api, sql, import, a provider."),
    created_at: Instant,
  })
  .meta({ id: "Event" });
export type Event = z.infer<typeof Event>;

export const EventPage = pageOf(Event).meta({ id: "EventPage" });

export const EventQuery = z.strictObject({
  type: z.string().max(100).optional().describe("Only events of this type."),
  subject_id: z.string().max(200).optional().describe("Only events about this call, message or connection."),
  ...pageQuery,
});
