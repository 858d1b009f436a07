import { z } from "zod";
import { Instant, pageOf, publicId } from "./common.ts";
import { Scope } from "./session.ts";

export const ApiKey = z
  .object({
    id: publicId("apiKey"),
    tenant_id: publicId("tenant").nullable().describe("Null: a host key, which acts for every tenant."),
    name: z.string(),
    hint: z.string().describe("The first characters, to recognise the key by."),
    scopes: z.array(Scope),
    created_at: Instant,
    expires_at: Instant.nullable(),
    revoked_at: Instant.nullable(),
    last_used_at: Instant.nullable(),
  })
  .meta({ id: "ApiKey" });
export type ApiKey = z.infer<typeof ApiKey>;

export const ApiKeyPage = pageOf(ApiKey).meta({ id: "ApiKeyPage" });

export const ApiKeyCreate = z
  .strictObject({
    name: z.string().min(1).max(200),
    scopes: z.array(Scope).min(1).max(20),
    for: z
      .enum(["tenant", "host"])
      .default("tenant")
      .describe("A host key acts for every tenant; only a host key can make one."),
    expires_at: Instant.optional(),
  })
  .meta({ id: "ApiKeyCreate" });
export type ApiKeyCreate = z.infer<typeof ApiKeyCreate>;

/** The only answer that ever carries the secret. */
export const ApiKeyCreated = ApiKey.extend({ secret: z.string().describe("tl_… Shown this once.") }).meta({
  id: "ApiKeyCreated",
});
export type ApiKeyCreated = z.infer<typeof ApiKeyCreated>;
