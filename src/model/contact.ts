import { z } from "zod";
import { Address } from "./address.ts";
import { Reference, recordFields } from "./record.ts";

/** A person at a provider. */
export const Contact = z.strictObject({
  ...recordFields,
  fullName: z.string().nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  /** Lower case. */
  email: z.string().nullable(),
  otherEmails: z.array(z.string()),
  /** E.164; null when what the provider holds is not a phone number. */
  phone: z.string().nullable(),
  mobilePhone: z.string().nullable(),
  companyName: z.string().nullable(),
  address: Address.nullable(),
  ownerId: Reference,
});
export type Contact = z.infer<typeof Contact>;
