import type { Random } from "#simulators/kit";
import type { Problem } from "./errors.ts";
import type { Values } from "./table.ts";
import { isDate, isTime } from "./times.ts";

export const fieldOwners = ["person", "organization", "deal", "activity"] as const;
export type FieldOwner = (typeof fieldOwners)[number];

/** What a field may be made as. */
export const customTypes = [
  ...["varchar", "text", "double", "phone", "date", "daterange", "time", "timerange", "set", "enum"],
  ...["varchar_auto", "address", "monetary", "org", "people", "user"],
] as const;
export const searchableTypes = new Set(["address", "varchar", "text", "varchar_auto", "double", "monetary", "phone"]);

export interface Option {
  id: number | string;
  label: string;
}

export interface Field {
  field_name: string;
  /** 40 hexadecimal characters for custom fields, other ones in every company. */
  field_code: string;
  field_type: string;
  options: Option[] | null;
  subfields: Array<{ field_code: string; field_name: string; field_type: string }> | null;
  is_custom_field: boolean;
  is_optional_response_field: boolean;
}

const labels = ["Customer", "Hot lead", "Warm lead", "Cold lead"].map((label, index) => ({ id: index + 1, label }));
const visible = [
  { id: 1, label: "Item owner" },
  { id: 3, label: "All users" },
];

type Brief = [code: string, name: string, type: string, options?: Option[]];
const common: Brief[] = [
  ["id", "ID", "int"],
  ["owner_id", "Owner", "user"],
  ["add_time", "Created", "date"],
  ["update_time", "Update time", "date"],
];
const briefs: Record<FieldOwner, Brief[]> = {
  person: [
    ["name", "Name", "varchar"],
    ["label_ids", "Labels", "set", labels],
    ["phones", "Phone", "phone"],
    ["emails", "Email", "varchar"],
    ["org_id", "Organization", "org"],
    ["visible_to", "Visible to", "visible_to", visible],
    ...common,
  ],
  organization: [
    ["name", "Name", "varchar"],
    ["label_ids", "Labels", "set", labels],
    ["address", "Address", "address"],
    ["visible_to", "Visible to", "visible_to", visible],
    ...common,
  ],
  deal: [
    ["title", "Title", "varchar"],
    ["value", "Value", "monetary"],
    ["label_ids", "Labels", "set", labels],
    ["person_id", "Contact person", "people"],
    ["org_id", "Organization", "org"],
    ["pipeline_id", "Pipeline", "double"],
    ["stage_id", "Stage", "stage"],
    ["status", "Status", "status", ["open", "won", "lost"].map((id) => ({ id, label: id }))],
    ["expected_close_date", "Expected close date", "date"],
    ["lost_reason", "Lost reason", "varchar"],
    ...common,
  ],
  activity: [
    ["subject", "Subject", "varchar"],
    ["type", "Type", "varchar"],
    ["due_date", "Due date", "date"],
    ["due_time", "Due time", "time"],
    ["duration", "Duration", "time"],
    ["note", "Note", "text"],
    ["done", "Done", "boolean"],
    ...common,
  ],
};

export function defaultFields(owner: FieldOwner): Field[] {
  return briefs[owner].map(([field_code, field_name, field_type, options]) => ({
    field_name,
    field_code,
    field_type,
    options: options ? options.map((option) => ({ ...option })) : null,
    subfields: null,
    is_custom_field: false,
    is_optional_response_field: false,
  }));
}

export function customField(
  { name, type, options }: { name: string; type: string; options?: readonly string[] | undefined },
  needs: { random: Random; nextOptionId: () => number },
): Field {
  const words = Array.from({ length: 5 }, () => needs.random.integer(0, 0xffff_ffff));
  const hasOptions = type === "enum" || type === "set";
  return {
    field_name: name,
    field_code: words.map((word) => word.toString(16).padStart(8, "0")).join(""),
    field_type: type,
    options: hasOptions ? (options ?? []).map((label) => ({ id: needs.nextOptionId(), label })) : null,
    subfields: subfieldsOf(type),
    is_custom_field: true,
    is_optional_response_field: false,
  };
}

function subfieldsOf(type: string): Field["subfields"] {
  if (type === "monetary") return [{ field_code: "currency", field_name: "Currency", field_type: "varchar" }];
  if (type === "daterange") return [{ field_code: "until", field_name: "Until", field_type: "date" }];
  if (type === "time") return [{ field_code: "timezone_name", field_name: "Time zone", field_type: "varchar" }];
  if (type !== "timerange") return null;
  return [
    { field_code: "until", field_name: "Until", field_type: "time" },
    { field_code: "timezone_name", field_name: "Time zone", field_type: "varchar" },
  ];
}

/** Checks `custom_fields` of a body and answers what to keep; null clears. */
export function checkCustom(fields: readonly Field[], given: unknown, problems: Problem[]): Values {
  const kept: Values = {};
  if (given === undefined) return kept;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    problems.push({ fieldCode: "custom_fields", message: "must be an object" });
    return kept;
  }
  for (const [code, value] of Object.entries(given)) {
    const field = fields.find(({ field_code, is_custom_field }) => is_custom_field && field_code === code);
    const message = field ? (value === null ? undefined : wrong(field, value)) : "is not a custom field";
    if (message) problems.push({ fieldCode: `custom_fields.${code}`, message });
    else kept[code] = value;
  }
  return kept;
}

function wrong(field: Field, value: unknown): string | undefined {
  const inside = (typeof value === "object" ? value : {}) as Record<string, unknown>;
  const hasOption = (id: unknown) => field.options?.some((option) => option.id === id) ?? false;
  switch (field.field_type) {
    case "double":
      return typeof value === "number" ? undefined : "must be a number";
    case "enum":
      return hasOption(value) ? undefined : "is not the id of an option";
    case "set":
      if (!Array.isArray(value) || value.length === 0) return "must be a list of option ids, or null";
      return value.every(hasOption) ? undefined : "is not a list of option ids";
    case "monetary":
      if (typeof inside.value !== "number") return "must have a number as value";
      return /^[A-Z]{3}$/.test(String(inside.currency)) ? undefined : "must have a currency";
    case "date":
      return isDate(value) ? undefined : "must be a date as YYYY-MM-DD";
    case "daterange":
      return isDate(inside.value) && isDate(inside.until) ? undefined : "must have the dates value and until";
    case "time":
      return isTime(inside.value) ? undefined : "must have a time as value";
    case "timerange":
      return isTime(inside.value) && isTime(inside.until) ? undefined : "must have the times value and until";
    case "address":
      return typeof inside.value === "string" ? undefined : "must have a text as value";
    case "user":
    case "org":
    case "people":
      return Number.isInteger(value) ? undefined : "must be an id";
    default:
      return typeof value === "string" ? undefined : "must be a text";
  }
}
