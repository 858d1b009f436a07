import type { PropertyProblem } from "./errors.ts";

export interface PropertyOption {
  label: string;
  value: string;
  displayOrder?: number;
  hidden: boolean;
  description?: string;
}

export interface PropertyDefinition {
  name: string;
  label: string;
  description: string;
  type: string;
  fieldType: string;
  groupName: string;
  displayOrder: number;
  options: PropertyOption[];
  externalOptions: boolean;
  hasUniqueValue: boolean;
  calculated: boolean;
  hidden: boolean;
  formField: boolean;
  hubspotDefined?: boolean;
  archived: boolean;
  createdAt?: string;
  updatedAt?: string;
  modificationMetadata: {
    archivable: boolean;
    readOnlyDefinition: boolean;
    readOnlyValue: boolean;
    readOnlyOptions?: boolean;
  };
}

/** All property values travel and are stored as text; null is a cleared one. */
export type Properties = Record<string, string | null>;

const emailPattern = /^[^\s@<>,;"()]+@[^\s@<>,;"()]+\.[^\s@<>,;"().]{2,}$/u;
const lengthLimit = 65_536;

/**
 * Checks values against their definitions and turns them into the stored form.
 * `current` is what the record holds, for multi-selects that append.
 */
export function prepareValues(
  definitions: Map<string, PropertyDefinition>,
  input: Record<string, unknown>,
  current?: Properties,
): { values: Properties; problems: PropertyProblem[] } {
  const values: Properties = {};
  const problems: PropertyProblem[] = [];
  for (const [givenName, given] of Object.entries(input)) {
    const name = definitions.has(givenName) ? givenName : givenName.toLowerCase();
    const definition = definitions.get(name);
    if (!definition) {
      problems.push({
        name: givenName,
        code: "PROPERTY_DOESNT_EXIST",
        message: `Property "${givenName}" does not exist`,
      });
      continue;
    }
    if (definition.modificationMetadata.readOnlyValue) {
      const message = `"${name}" is a read only property; its value cannot be set.`;
      problems.push({ name, code: "READ_ONLY_VALUE", message });
      continue;
    }
    if (given === null || given === "" || given === undefined) {
      values[name] = null;
      continue;
    }
    const result = readValue(definition, String(given), current?.[name] ?? null);
    if (typeof result === "string") values[name] = result;
    else problems.push({ name, ...result });
  }
  return { values, problems };
}

type Refusal = { code: string; message: string };

function readValue(definition: PropertyDefinition, text: string, current: string | null): string | Refusal {
  const { name, type } = definition;
  if (text.length > lengthLimit) {
    return { code: "VALUE_TOO_LONG", message: `${name} is too long: at most ${lengthLimit} characters` };
  }
  if (name === "email") {
    return emailPattern.test(text)
      ? text.toLowerCase()
      : { code: "INVALID_EMAIL", message: `Email address ${text} is invalid` };
  }
  if (type === "enumeration") return readOptions(definition, text, current);
  if (type === "bool") {
    const value = text.toLowerCase();
    return value === "true" || value === "false"
      ? value
      : { code: "INVALID_BOOLEAN", message: `${text} was not a valid boolean.` };
  }
  if (type === "number") {
    return Number.isFinite(Number(text))
      ? text
      : { code: "INVALID_NUMBER", message: `${text} was not a valid number.` };
  }
  if (type === "datetime") {
    const instant = readInstant(text);
    if (instant === undefined) return { code: "INVALID_DATE", message: `${text} was not a valid long.` };
    return new Date(instant).toISOString();
  }
  if (type === "date") {
    const instant = readInstant(text);
    if (instant === undefined) return { code: "INVALID_DATE", message: `${text} was not a valid long.` };
    if (instant % 86_400_000 !== 0) {
      return { code: "INVALID_DATE", message: `${text} is at ${new Date(instant).toISOString()}, not midnight!` };
    }
    return new Date(instant).toISOString().slice(0, 10);
  }
  return text;
}

function readOptions(definition: PropertyDefinition, text: string, current: string | null): string | Refusal {
  const isMultiple = definition.fieldType === "checkbox";
  const appends = isMultiple && text.startsWith(";");
  const chosen = isMultiple ? text.split(";").filter(Boolean) : [text];
  if (!definition.externalOptions) {
    const allowed = definition.options.map(({ value }) => value);
    const wrong = chosen.find((value) => !allowed.includes(value));
    if (wrong !== undefined) {
      return {
        code: "INVALID_OPTION",
        message: `${wrong} was not one of the allowed options: ${JSON.stringify(allowed)}`,
      };
    }
  }
  if (appends) return [...new Set([...(current?.split(";") ?? []), ...chosen])].join(";");
  return chosen.join(";");
}

/** Epoch milliseconds from a number in text or from ISO; undefined when it is neither. */
export function readInstant(text: string): number | undefined {
  const value = /^-?\d+$/.test(text) ? Number(text) : /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
