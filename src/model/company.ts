import { z } from "zod";
import { Address } from "./address.ts";
import { Reference, recordFields } from "./record.ts";

/** A business at a provider. */
export const Company = z.strictObject({
  ...recordFields,
  name: z.string().nullable(),
  /** Lower case, without protocol or path. */
  domain: z.string().nullable(),
  /** E.164. */
  phone: z.string().nullable(),
  address: Address.nullable(),
  ownerId: Reference,
});
export type Company = z.infer<typeof Company>;
