import { z } from "zod";

const text = z.string().nullable();

/** A postal address as far as a provider knows it. */
export const Address = z.strictObject({
  street: text,
  city: text,
  region: text,
  postalCode: text,
  /** As the provider holds it: a name or a code. */
  country: text,
});
export type Address = z.infer<typeof Address>;
