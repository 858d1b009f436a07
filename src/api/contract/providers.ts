import { z } from "zod";

/** What a connection to a provider can do, derived from its manifest. */
export const capabilities = [
  "contacts",
  "notes",
  "messages",
  "recordings",
  "appointments",
  "deals",
  "workflows",
  "webhook_posts",
  "incoming_calls",
] as const;
export const Capability = z.enum(capabilities).meta({ id: "Capability" });
export type Capability = z.infer<typeof Capability>;

/** One input of the connect form. */
export const FormField = z
  .object({
    name: z.string(),
    label: z.string(),
    hint: z.string().describe("Where to find the value, or what it does."),
    type: z.enum(["text", "secret", "url", "number", "boolean", "select", "list", "json"]),
    required: z.boolean(),
    default: z.unknown().optional(),
    options: z.array(z.string()).optional(),
  })
  .meta({ id: "FormField" });
export type FormField = z.infer<typeof FormField>;

/** One way to sign in. */
export const SignIn = z
  .object({
    kind: z.enum(["oauth2", "api_key", "client_credentials", "webhook_url"]),
    fields: z.array(FormField).describe("What the person types; empty for oauth2."),
    required_scopes: z.array(z.string()),
    optional_scopes: z.array(z.string()),
    is_configured: z.boolean().describe("False: oauth2 whose client id and secret are not set."),
  })
  .meta({ id: "SignIn" });
export type SignIn = z.infer<typeof SignIn>;

export const Provider = z
  .object({
    id: z.string(),
    name: z.string(),
    summary: z.string(),
    monogram: z.string().describe("Two letters for the card."),
    links: z.object({ documentation: z.string(), app: z.string() }),
    capabilities: z.array(Capability),
    sign_in: z.array(SignIn).describe("The preferred way first."),
    settings_fields: z.array(FormField),
    settings_schema: z.record(z.string(), z.unknown()).describe("JSON Schema of a connection's settings."),
    limits: z.array(
      z.object({
        name: z.string(),
        scope: z.enum(["account", "app"]),
        requests: z.number(),
        per_ms: z.number(),
        is_default: z.boolean(),
      }),
    ),
    checks: z.array(z.object({ id: z.string(), label: z.string(), scope: z.string().nullable(), writes: z.boolean() })),
    webhooks: z
      .object({ signature: z.string(), routing: z.enum(["key", "account"]), answer_within_ms: z.int() })
      .nullable(),
    after_disconnect: z.string().describe("What stays at the provider after a disconnect."),
  })
  .meta({ id: "Provider" });
export type Provider = z.infer<typeof Provider>;

export const ProviderList = z.object({ data: z.array(Provider) }).meta({ id: "ProviderList" });
