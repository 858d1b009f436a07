import { z } from "zod";
import { callSettings } from "#connector-kit";

export const ZapierSettings = z.strictObject(callSettings);
export type ZapierSettings = z.infer<typeof ZapierSettings>;
