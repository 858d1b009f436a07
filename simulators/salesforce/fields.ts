export const fieldTypes = [
  "id",
  "string",
  "boolean",
  "int",
  "double",
  "currency",
  "percent",
  "date",
  "datetime",
  "picklist",
  "multipicklist",
  "reference",
  "email",
  "phone",
  "url",
  "textarea",
  "base64",
] as const;
export type FieldType = (typeof fieldTypes)[number];
export type Value = string | number | boolean | null;

export interface Field {
  name: string;
  label: string;
  type: FieldType;
  length: number;
  /** Whether a create without a value is refused. */
  required: boolean;
  createable: boolean;
  updateable: boolean;
  custom: boolean;
  unique: boolean;
  externalId: boolean;
  /** Only these values are taken. */
  restricted: boolean;
  values: string[];
  referenceTo: string[];
  relationshipName: string | null;
  default: Value;
}

export interface CustomFieldOptions {
  /** `Activity` stands for Task and Event. */
  object: string;
  /** Ends in `__c`. */
  name: string;
  label?: string;
  type?: FieldType;
  length?: number;
  required?: boolean;
  unique?: boolean;
  externalId?: boolean;
  restricted?: boolean;
  values?: string[];
  referenceTo?: string[];
}

const lengths: Partial<Record<FieldType, number>> = {
  id: 18,
  reference: 18,
  phone: 40,
  email: 80,
  url: 255,
  picklist: 255,
  string: 255,
  textarea: 32_000,
  multipicklist: 4_099,
  base64: 10_000_000,
};

/**
 * Reads one line of a field list: name, type, then any of a length, `required`, `readonly`, `create-only`,
 * `->Object,Object`, `=Value|Value` (only these), `~Value|Value` (these and others), `default:Value`.
 */
export function readField(line: string): Field {
  const [name = "", type = "string", ...words] = line.split(" ");
  const word = (start: string) => words.find((one) => one.startsWith(start))?.slice(start.length);
  const list = word("=") ?? word("~");
  const given = word("default:");
  return {
    ...makeField(name, type as FieldType),
    length: Number(words.find((one) => /^\d+$/.test(one)) ?? lengths[type as FieldType] ?? 0),
    required: words.includes("required"),
    createable: !words.includes("readonly"),
    updateable: !words.includes("readonly") && !words.includes("create-only"),
    restricted: word("=") !== undefined,
    values: list?.split("|").map((value) => value.replaceAll("_", " ")) ?? [],
    referenceTo: word("->")?.split(",") ?? [],
    default: given === undefined ? (type === "boolean" ? false : null) : given.replaceAll("_", " "),
  };
}

export function customField(options: CustomFieldOptions): Field {
  const { object: _object, ...given } = options;
  if (!given.name.endsWith("__c")) throw new Error(`A custom field's name ends in __c: ${given.name}`);
  const field = makeField(given.name, given.type ?? "string");
  return { ...field, ...given, type: field.type, label: given.label ?? field.label, custom: true };
}

function makeField(name: string, type: FieldType): Field {
  const base = name.replace(/__c$/, "");
  return {
    name,
    label: base.replaceAll("_", " ").replace(/([a-z])([A-Z])/g, "$1 $2"),
    type,
    length: lengths[type] ?? 0,
    required: false,
    createable: true,
    updateable: true,
    custom: false,
    unique: false,
    externalId: false,
    restricted: false,
    values: [],
    referenceTo: [],
    relationshipName: type !== "reference" ? null : name.endsWith("__c") ? `${base}__r` : base.replace(/Id$/, ""),
    default: type === "boolean" ? false : null,
  };
}

/** Long texts and files cannot stand in a WHERE. */
export function isFilterable(field: Field): boolean {
  return field.type !== "base64" && !(field.type === "textarea" && field.length > 255);
}

export function describeField(field: Field) {
  const isText = ["string", "email", "phone", "url", "textarea", "picklist", "id", "reference"].includes(field.type);
  return {
    name: field.name,
    label: field.label,
    type: field.type,
    length: field.length,
    byteLength: field.length * 3,
    precision: ["double", "currency", "percent"].includes(field.type) ? 18 : 0,
    scale: field.type === "currency" ? 2 : 0,
    digits: field.type === "int" ? 8 : 0,
    custom: field.custom,
    calculated: false,
    createable: field.createable,
    updateable: field.updateable,
    nillable: !field.required && field.type !== "boolean" && field.type !== "id",
    defaultedOnCreate: field.default !== null || field.name === "OwnerId" || (!field.createable && !field.updateable),
    defaultValue: field.default,
    unique: field.unique,
    externalId: field.externalId,
    idLookup: field.externalId || field.type === "id" || (field.type === "email" && !field.custom),
    nameField: field.name === "Name",
    filterable: isFilterable(field),
    sortable: isFilterable(field),
    groupable: isText && isFilterable(field),
    caseSensitive: false,
    encrypted: false,
    restrictedPicklist: field.restricted,
    dependentPicklist: false,
    controllerName: null,
    inlineHelpText: null,
    compoundFieldName: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    picklistValues: field.values.map((value) => ({
      active: true,
      defaultValue: value === field.default,
      label: value,
      validFor: null,
      value,
    })),
  };
}
