import type { Company, TableName } from "./company.ts";
import { isDate, isTime, readV2Time } from "./times.ts";

/** What is wrong with a value, or undefined. */
export type Check = (value: unknown, company: Company) => string | undefined;

const when =
  (isRight: (value: unknown) => boolean, message: string): Check =>
  (value) =>
    isRight(value) ? undefined : message;

export const text = when((value) => typeof value === "string", "must be a text");
export const filled = when((value) => typeof value === "string" && value.trim() !== "", "must be a text with content");
export const integer = when(Number.isInteger, "must be an integer");
export const number = when((value) => typeof value === "number", "must be a number");
export const boolean = when((value) => typeof value === "boolean", "must be true or false");
export const date = when(isDate, "must be a date as YYYY-MM-DD");
export const time = when((value) => isTime(value), "must be a time as HH:MM");
export const duration = when((value) => isTime(value, 99), "must be a duration as HH:MM");
export const instant = when((value) => readV2Time(value) !== undefined, "must be an instant in RFC 3339");
export const object = when(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "must be an object",
);

export function oneOf(values: readonly unknown[]): Check {
  return when((value) => values.includes(value), `must be one of ${values.join(", ")}`);
}

export function nullable(check: Check): Check {
  return (value, company) => (value === null ? undefined : check(value, company));
}

/** The id of a live row. */
export function reference(table: TableName): Check {
  return (value, { tables }) => {
    if (typeof value !== (table === "leads" ? "string" : "number")) return "must be an id";
    const row = tables[table].get(value as number | string);
    return row && row.deletedAt === undefined ? undefined : `${value} does not exist`;
  };
}

export const user: Check = (value, { users }) =>
  users.some(({ id, isActive }) => id === value && isActive) ? undefined : `user ${value} does not exist`;

export function listOf(check: Check): Check {
  return (value, company) => {
    if (!Array.isArray(value)) return "must be a list";
    return value.map((item) => check(item, company)).find((message) => message !== undefined);
  };
}

/** `[{ value, primary, label }]`, as telephone numbers and e-mail addresses are sent. */
export const contactPoints: Check = listOf((item, company) => {
  if (object(item, company)) return "must hold objects";
  const { value, primary, label, ...rest } = item as Record<string, unknown>;
  if (typeof value !== "string") return "must have a text as value";
  if (primary !== undefined && typeof primary !== "boolean") return "primary must be true or false";
  if (label !== undefined && typeof label !== "string") return "label must be a text";
  return Object.keys(rest).length > 0 ? `has the unknown member ${Object.keys(rest)[0]}` : undefined;
});

export const participants: Check = listOf((item, company) => {
  const { person_id, primary } = (item ?? {}) as Record<string, unknown>;
  if (primary !== undefined && typeof primary !== "boolean") return "primary must be true or false";
  return reference("persons")(person_id, company);
});
