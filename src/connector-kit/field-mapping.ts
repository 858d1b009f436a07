import { z } from "zod";
import { type CallRecord, callFields, isOnlyOfCalls, type MessageRecord, messageFields } from "#model";

/** A change of a value on its way; `null` passes it as it is. */
export const FieldTransform = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("trim") }),
  z.strictObject({ type: z.literal("upper_case") }),
  z.strictObject({ type: z.literal("lower_case") }),
  /** For a missing or empty value. */
  z.strictObject({ type: z.literal("default"), value: z.string() }),
  /** One text for another; a text that is not listed passes as it is. */
  z.strictObject({ type: z.literal("map_values"), values: z.record(z.string(), z.string()) }),
]);
export type FieldTransform = z.infer<typeof FieldTransform>;

/** One rule in its full form. */
export const FieldRule = z.strictObject({
  field: z.string().min(1),
  provider_field: z.string().min(1),
  direction: z.enum(["to_crm", "from_crm", "bidirectional"]).default("to_crm"),
  transform: FieldTransform.nullable().default(null),
  is_custom: z.boolean().default(true),
});
export type FieldRule = z.infer<typeof FieldRule>;

/** `settings.field_mappings` in either form: `{ customer_name: "firstName" }`, or a list of full rules. */
export const FieldMappings = z.union([z.record(z.string(), z.string()), z.array(FieldRule)]);
export type FieldMappings = z.infer<typeof FieldMappings>;

/** Either form as full rules. */
export function toFieldRules(mappings: FieldMappings): FieldRule[] {
  if (Array.isArray(mappings)) return mappings;
  return Object.entries(mappings).map(([field, provider_field]) => ({
    field,
    provider_field,
    direction: "to_crm",
    transform: null,
    is_custom: true,
  }));
}

/**
 * The provider fields of a call. A field is one of the contract, an extra one, or a path into either
 * (`appointment_booked.date`). What the call does not say is left out: a mapping never empties a field at the provider.
 */
export function mapCallFields(call: CallRecord, mappings: FieldMappings): Record<string, unknown> {
  return mapFields(call, callFields, toFieldRules(mappings));
}

/** The same for a message. A rule about what only calls have is left out, its default value too. */
export function mapMessageFields(message: MessageRecord, mappings: FieldMappings): Record<string, unknown> {
  const rules = toFieldRules(mappings).filter(({ field }) => !isOnlyOfCalls(field));
  return mapFields(message, messageFields, rules);
}

type Mapped = { extra: Record<string, unknown> };

function mapFields(record: Mapped, own: readonly string[], rules: FieldRule[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { field, provider_field, direction, transform } of rules) {
    if (direction === "from_crm") continue;
    const value = transformed(readField(record, own, field), transform);
    if (value !== null && value !== undefined && value !== "") fields[provider_field] = value;
  }
  return fields;
}

/** A value by name; undefined when there is none. */
function readField(record: Mapped, own: readonly string[], field: string): unknown {
  if (own.includes(field)) return record[field as keyof Mapped];
  if (Object.hasOwn(record.extra, field)) return record.extra[field];
  const [first = "", ...rest] = field.split(".");
  if (rest.length === 0) return undefined;
  return rest.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    readField(record, own, first),
  );
}

function transformed(value: unknown, transform: FieldTransform | null): unknown {
  if (transform?.type === "default")
    return value === null || value === undefined || value === "" ? transform.value : value;
  if (transform === null || typeof value !== "string") return value;
  switch (transform.type) {
    case "trim":
      return value.trim();
    case "upper_case":
      return value.toUpperCase();
    case "lower_case":
      return value.toLowerCase();
    case "map_values":
      return Object.hasOwn(transform.values, value) ? transform.values[value] : value;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
