import { z } from "zod";
import { recordFields } from "./record.ts";

/** Somebody who works in the account: HubSpot's owner, a technician, an employee. */
export const TeamMember = z.strictObject({
  ...recordFields,
  fullName: z.string().nullable(),
  /** Lower case. */
  email: z.string().nullable(),
});
export type TeamMember = z.infer<typeof TeamMember>;
