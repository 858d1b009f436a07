import { z } from "zod";
import { Instant, pageOf, publicId } from "./common.ts";

const TimeZone = z.string().max(100).refine(isTimeZone, "Expected an IANA time zone such as America/New_York.");
const Country = z.string().regex(/^[A-Z]{2}$/, "Expected an ISO 3166 country such as US.");
const ExternalId = z.string().min(1).max(200).describe("The host's own id.");
const Settings = z.record(z.string().max(100), z.unknown());

export const Tenant = z
  .object({
    id: publicId("tenant"),
    external_id: z.string().nullable(),
    name: z.string(),
    time_zone: z.string(),
    country: z.string().describe("Phone numbers without a country code are read as this country's."),
    settings: Settings,
    created_at: Instant,
    updated_at: Instant,
  })
  .meta({ id: "Tenant" });
export type Tenant = z.infer<typeof Tenant>;

export const TenantPage = pageOf(Tenant).meta({ id: "TenantPage" });

export const TenantCreate = z
  .strictObject({
    name: z.string().min(1).max(200),
    external_id: ExternalId.optional(),
    time_zone: TimeZone.default("UTC"),
    country: Country.default("US"),
    settings: Settings.default({}),
  })
  .meta({ id: "TenantCreate" });
export type TenantCreate = z.infer<typeof TenantCreate>;

export const TenantUpdate = z
  .strictObject({
    name: z.string().min(1).max(200).optional(),
    external_id: ExternalId.nullable().optional(),
    time_zone: TimeZone.optional(),
    country: Country.optional(),
    settings: Settings.optional(),
  })
  .meta({ id: "TenantUpdate" });
export type TenantUpdate = z.infer<typeof TenantUpdate>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
