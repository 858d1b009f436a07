import { z } from "zod";
import { Money } from "./money.ts";
import { Instant, Reference, recordFields } from "./record.ts";

export const dealStates = ["open", "won", "lost"] as const;
export type DealState = (typeof dealStates)[number];

/** A sale that may come, has come or will not. */
export const Deal = z.strictObject({
  ...recordFields,
  name: z.string().nullable(),
  amount: Money.nullable(),
  pipelineId: Reference,
  stageId: Reference,
  state: z.enum(dealStates),
  /** When it was closed, or is expected to be. */
  closesAt: Instant.nullable(),
  ownerId: Reference,
});
export type Deal = z.infer<typeof Deal>;
