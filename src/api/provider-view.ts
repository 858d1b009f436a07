import { z } from "zod";
import type { AuthStrategy, Connector } from "#connector-kit";
import type { Capability, FormField, Provider, SignIn } from "./contract/providers.ts";

/** A manifest as the API shows it: what the connect form, the scopes page and the capability matrix are made from. */
export function presentProvider(connector: Connector, hasOAuthApp: boolean): Provider {
  const schema = settingsSchema(connector);
  return {
    id: connector.id,
    name: connector.name,
    summary: connector.summary,
    monogram: monogramOf(connector.name),
    links: connector.links,
    capabilities: capabilitiesOf(connector),
    sign_in: connector.auth.map((strategy) => presentSignIn(strategy, hasOAuthApp)),
    settings_fields: settingsFields(schema),
    settings_schema: schema,
    limits: connector.limits.map(({ name, scope, requests, perMs, isDefault }) => ({
      name,
      scope,
      requests,
      per_ms: perMs,
      is_default: isDefault,
    })),
    checks: connector.checks.map(({ id, label, scope, writes }) => ({
      id,
      label,
      scope: scope ?? null,
      writes: writes ?? false,
    })),
    webhooks: connector.webhooks
      ? {
          signature: connector.webhooks.signature.description,
          routing: connector.webhooks.routing,
          answer_within_ms: connector.webhooks.answerWithinMs,
        }
      : null,
    after_disconnect: connector.afterDisconnect,
  };
}

export function capabilitiesOf({ actions, readCall }: Connector): Capability[] {
  const all: [Capability, unknown][] = [
    ["contacts", actions.createContact],
    ["notes", actions.note],
    ["messages", actions.message],
    ["recordings", actions.recording],
    ["appointments", actions.appointment],
    ["deals", actions.deal],
    ["workflows", actions.workflow],
    ["webhook_posts", actions.post],
    ["incoming_calls", readCall],
  ];
  return all.filter(([, there]) => there !== undefined).map(([name]) => name);
}

function presentSignIn(strategy: AuthStrategy, hasOAuthApp: boolean): SignIn {
  if (strategy.kind === "oauth2")
    return {
      kind: "oauth2",
      fields: [],
      required_scopes: strategy.scopes.required,
      optional_scopes: strategy.scopes.optional,
      is_configured: hasOAuthApp,
    };
  return {
    kind: strategy.kind,
    fields: strategy.fields.map(({ name, label, hint, secret }) => ({
      name,
      label,
      hint,
      type: strategy.kind === "webhook_url" ? "url" : secret ? "secret" : "text",
      required: true,
    })),
    required_scopes: [],
    optional_scopes: [],
    is_configured: true,
  };
}

interface Property {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Property[];
  description?: string;
  title?: string;
  default?: unknown;
  items?: Property;
}

function settingsSchema(connector: Connector): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(connector.settings, { io: "input", unrepresentable: "any" });
  return schema;
}

function settingsFields(schema: Record<string, unknown>): FormField[] {
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return Object.entries((schema.properties as Record<string, Property> | undefined) ?? {}).map(([name, property]) => ({
    name,
    label: property.title ?? labelFor(name),
    hint: property.description ?? "",
    ...typeOf(property),
    required: required.has(name),
    ...(property.default !== undefined && { default: property.default }),
  }));
}

function typeOf(property: Property): Pick<FormField, "type" | "options"> {
  // Nullable values come as a choice between the value and null, or as a list of types with null in it.
  const choice = property.anyOf?.find(({ type }) => type !== "null") ?? property;
  const inner = { ...choice, type: [choice.type].flat().find((type) => type !== "null") };
  const options = inner.enum?.filter((option) => typeof option === "string");
  if (options?.length) return { type: "select", options };
  if (inner.type === "boolean") return { type: "boolean" };
  if (inner.type === "number" || inner.type === "integer") return { type: "number" };
  if (inner.type === "array" && inner.items?.type === "string") return { type: "list" };
  return { type: inner.type === "string" ? "text" : "json" };
}

/** `default_stage_id` → "Default stage id". */
function labelFor(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "HubSpot" → "HS", "Zapier" → "Za". */
function monogramOf(name: string): string {
  const capitals = name.replaceAll(/[^A-Z]/g, "");
  return capitals.length >= 2 ? capitals.slice(0, 2) : name.slice(0, 2);
}
