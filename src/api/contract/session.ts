import { z } from "zod";
import { Instant, publicId } from "./common.ts";

/** What a key may do. `admin` is everything, `read` is every `…:read`. */
export const scopes = [
  "admin",
  "read",
  "tenants:read",
  "tenants:write",
  "agents:read",
  "agents:write",
  "keys:read",
  "keys:write",
  "connections:read",
  "connections:write",
  "calls:read",
  "calls:write",
  "events:read",
  "inbound:read",
  "inbound:write",
  "audit:read",
] as const;
export const Scope = z.enum(scopes).meta({ id: "Scope" });
export type Scope = z.infer<typeof Scope>;

/** POST /login: the key is typed once and kept by the browser as a cookie that scripts cannot read. */
export const LoginRequest = z.strictObject({ key: z.string().min(1).max(200).describe("An API key, tl_…") });

/** GET /v1/session, and the answer to POST /login. */
export const Session = z
  .object({
    kind: z.enum(["api_key", "session", "connect_token"]),
    key: z.object({ id: z.string(), name: z.string() }),
    scopes: z.array(Scope),
    is_host: z.boolean().describe("The key acts for every tenant and names one with the Tieline-Tenant header."),
    tenant: z
      .object({ id: publicId("tenant"), external_id: z.string().nullable(), name: z.string(), time_zone: z.string() })
      .nullable()
      .describe("The tenant this request acts for; null for a host key that names none."),
    expires_at: Instant.nullable(),
  })
  .meta({ id: "Session" });
export type Session = z.infer<typeof Session>;
