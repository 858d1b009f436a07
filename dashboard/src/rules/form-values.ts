import type { FormField, Problem } from "../data/types.ts";

/** What the controls of a generated form hold: text as typed, or a switch. */
export type FormValues = Record<string, string | boolean>;
export type FieldErrors = Record<string, string>;

export function initialValues(fields: FormField[], known: Record<string, unknown> = {}): FormValues {
  return Object.fromEntries(fields.map((field) => [field.name, toControl(field, known[field.name] ?? field.default)]));
}

function toControl(field: FormField, value: unknown): string | boolean {
  if (field.type === "boolean") return value === true;
  if (value === undefined || value === null) return "";
  if (field.type === "list") return Array.isArray(value) ? value.join("\n") : String(value);
  if (field.type === "json") return isEmptyObject(value) ? "" : JSON.stringify(value, null, 2);
  return String(value);
}

export interface ReadForm {
  /** What to send; a field that was left empty is null, which sets it back to its default. */
  values: Record<string, unknown>;
  errors: FieldErrors;
}

/** Reads the controls back: trimmed, typed, and with a sentence beside each one that cannot be read. */
export function readForm(fields: FormField[], typed: FormValues): ReadForm {
  const values: Record<string, unknown> = {};
  const errors: FieldErrors = {};
  for (const field of fields) {
    const raw = typed[field.name] ?? "";
    const text = typeof raw === "string" ? raw.trim() : "";
    if (typeof raw === "boolean") values[field.name] = raw;
    else if (text === "") {
      values[field.name] = null;
      if (field.required) errors[field.name] = `${field.label} is needed. ${field.hint}`;
    } else {
      const read = readText(field, text);
      if ("error" in read) errors[field.name] = read.error;
      else values[field.name] = read.value;
    }
  }
  return { values, errors };
}

function readText(field: FormField, text: string): { value: unknown } | { error: string } {
  switch (field.type) {
    case "number": {
      const number = Number(text);
      return Number.isFinite(number) ? { value: number } : { error: `${field.label} must be a number.` };
    }
    case "url":
      return URL.canParse(text)
        ? { value: text }
        : { error: `${field.label} must be a whole address that begins with https://.` };
    case "list":
      return {
        value: text
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
      };
    case "json":
      try {
        return { value: JSON.parse(text) };
      } catch (error) {
        return { error: `${field.label} is not readable as JSON: ${error instanceof Error ? error.message : text}` };
      }
    default:
      return { value: text };
  }
}

/** Puts the server's findings beside the fields they are about; what fits no field comes back as `rest`. */
export function errorsByField(problem: Problem, names: readonly string[]): { fields: FieldErrors; rest: string[] } {
  const fields: FieldErrors = {};
  const rest: string[] = [];
  for (const { pointer, detail } of problem.errors ?? []) {
    const name = pointer.split("/").find((part) => names.includes(part));
    if (name) fields[name] = detail;
    else rest.push(detail);
  }
  return { fields, rest };
}

/** Only what differs from what is stored, so that saving one setting does not pin the defaults of the others. */
export function changedValues(
  values: Record<string, unknown>,
  stored: Record<string, unknown>,
): Record<string, unknown> {
  const text = (value: unknown) => (isNothing(value) ? "" : JSON.stringify(value));
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => text(value) !== text(stored[name])));
}

// An empty control says the same as null, as an empty list and as an object without keys.
function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0) || isEmptyObject(value);
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
