import { z } from "zod";
import { unreadable } from "#connector-kit";

/** An object as lists and searches answer it. */
export const HubSpotObject = z.looseObject({
  id: z.union([z.string(), z.int()]).transform(String),
  properties: z.record(z.string(), z.string().nullish()),
  createdAt: z.string().nullish(),
  updatedAt: z.string().nullish(),
  archived: z.boolean().default(false),
  archivedAt: z.string().nullish(),
});
export type HubSpotObject = z.infer<typeof HubSpotObject>;

/** What every record has, from what every object has. */
export function toRecordFields({ id, properties, createdAt, updatedAt, archived, archivedAt }: HubSpotObject) {
  return {
    externalId: id,
    formerIds: listOf(properties.hs_merged_object_ids),
    createdAt: toInstant(createdAt, "createdAt"),
    updatedAt: toInstant(updatedAt, "updatedAt"),
    deletedAt: archived ? toInstant(archivedAt ?? updatedAt, "archivedAt") : null,
  };
}

/** A date as HubSpot writes it, in text or in milliseconds, as UTC. */
export function toInstant(text: string | null | undefined, field: string): string | null {
  if (!text) return null;
  const at = new Date(/^-?\d+$/.test(text) ? Number(text) : text);
  if (Number.isNaN(at.getTime())) throw unreadable(`${field} is no date`);
  return at.toISOString();
}

/** HubSpot's empty text is no value. */
export function textOf(value: string | null | undefined): string | null {
  return value?.trim() || null;
}

/** Several values as HubSpot writes them: `a;b`. */
export function listOf(value: string | null | undefined): string[] {
  return (value ?? "").split(";").flatMap((part) => textOf(part) ?? []);
}

/** The address properties, which contacts and companies share; null when all are empty. */
export function toAddress(properties: HubSpotObject["properties"]) {
  const address = {
    street: textOf(properties.address),
    city: textOf(properties.city),
    region: textOf(properties.state),
    postalCode: textOf(properties.zip),
    country: textOf(properties.country),
  };
  return Object.values(address).some((part) => part !== null) ? address : null;
}
export const addressProperties = ["address", "city", "state", "zip", "country"];
