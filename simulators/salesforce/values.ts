import { type ApiError, refuse } from "./errors.ts";
import type { Field, Value } from "./fields.ts";

/** `2026-11-01T08:00:00.000+0000`: UTC without a colon, to the second. Such texts also sort by time. */
export function dateTimeText(ms: number): string {
  return `${new Date(Math.floor(ms / 1_000) * 1_000).toISOString().slice(0, -1)}+0000`;
}

/** The instant of a text with a time zone, as the API takes it; undefined when it is none. */
export function readDateTime(text: string): number | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:?\d{2})$/.exec(text);
  if (!parts) return undefined;
  const zone = parts[2] === "Z" ? "Z" : (parts[2] ?? "").replace(/^(...)(\d\d)$/, "$1:$2");
  const ms = Date.parse(`${parts[1]}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}

export function isDate(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  // 30 February would otherwise become a day of March.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** A value as it is kept; throws when it has the wrong type for JSON, answers an error when it is refused as data. */
export function readValue(field: Field, given: unknown): { value: Value } | { error: ApiError } {
  if (given === null || given === undefined || given === "") {
    return { value: field.type === "boolean" ? (field.default ?? false) : null };
  }
  switch (field.type) {
    case "boolean":
      if (typeof given === "boolean") return { value: given };
      if (given === "true" || given === "false") return { value: given === "true" };
      throw unreadable("boolean", given);
    case "int":
    case "double":
    case "currency":
    case "percent": {
      const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
      if (typeof number !== "number" || !Number.isFinite(number)) throw unreadable(field.type, given);
      if (field.type === "int" && !Number.isInteger(number)) throw unreadable("int", given);
      return { value: number };
    }
    case "datetime": {
      const ms = typeof given === "string" ? readDateTime(given) : undefined;
      if (ms === undefined) throw unreadable("datetime", given);
      return { value: dateTimeText(ms) };
    }
    case "date": {
      // An instant is taken too; only its day counts.
      const day = typeof given === "string" && readDateTime(given) !== undefined ? given.slice(0, 10) : given;
      if (typeof day !== "string" || !isDate(day)) throw unreadable("date", given);
      return { value: day };
    }
    default:
      return readText(field, given);
  }
}

function readText(field: Field, given: unknown): { value: Value } | { error: ApiError } {
  if (typeof given === "object") throw unreadable(field.type, JSON.stringify(given));
  const text = String(given);
  const error = (errorCode: string, message: string) => ({ error: { message, errorCode, fields: [field.name] } });
  if (field.type === "email" && !/^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(text)) {
    return error("INVALID_EMAIL_ADDRESS", `${field.label}: invalid email address: ${text}`);
  }
  const parts = field.type === "multipicklist" ? text.split(";") : [text];
  const unknown = field.restricted ? parts.find((part) => !field.values.includes(part)) : undefined;
  if (unknown !== undefined) {
    return error(
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
      `${field.label}: bad value for restricted picklist field: ${unknown}`,
    );
  }
  if (text.length > field.length) {
    const shown = text.length > 255 ? `${text.slice(0, 255)}...` : text;
    return error("STRING_TOO_LONG", `${field.label}: data value too large: ${shown} (max length=${field.length})`);
  }
  return { value: text };
}

function unreadable(type: string, given: unknown) {
  const kind =
    typeof given === "number" ? "VALUE_NUMBER_INT" : typeof given === "boolean" ? "VALUE_TRUE" : "VALUE_STRING";
  return refuse(
    400,
    "JSON_PARSER_ERROR",
    `Cannot deserialize instance of ${type} from ${kind} value ${String(given)} or request may be missing a required field at [line:1, column:2]`,
  );
}
