import { badParameter } from "./errors.ts";
import type { Row } from "./table.ts";

/** One page of v2 and the mark of the next one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export function readLimit(query: URLSearchParams, max: number, usual = 100): number {
  const text = query.get("limit");
  if (text === null) return Math.min(usual, max);
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > max) {
    throw badParameter("limit", `must be an integer from 1 to ${max}`);
  }
  return limit;
}

export function readChoice<T extends string>(query: URLSearchParams, name: string, choices: readonly T[]): T {
  const value = (query.get(name) ?? choices[0]) as T;
  if (!choices.includes(value)) throw badParameter(name, `must be one of ${choices.join(", ")}`);
  return value;
}

export function readId(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d+$/.test(text)) throw badParameter(name, "must be an integer");
  return Number(text);
}

export function readWords(query: URLSearchParams, name: string): string[] | undefined {
  const words = query.getAll(name).flatMap((value) => value.split(","));
  return words.some((word) => word !== "") ? words.map((word) => word.trim()).filter(Boolean) : undefined;
}

interface Mark {
  field: string;
  fieldValue: string | number;
  sortDirection: string;
  id: number;
}

/** Sorts rows and cuts a page; the cursor names the first row of the next page, as Pipedrive's do. */
export function pageOf(
  rows: Row[],
  query: URLSearchParams,
  { sortBy = ["id", "update_time", "add_time"] as readonly string[], max = 500, usual = 100 } = {},
): Page<Row> {
  const field = readChoice(query, "sort_by", sortBy);
  const sortDirection = readChoice(query, "sort_direction", ["asc", "desc"]);
  const limit = readLimit(query, max, usual);
  const sign = sortDirection === "asc" ? 1 : -1;
  const order = (a: Mark, b: Mark) => sign * (compare(a.fieldValue, b.fieldValue) || a.id - b.id);
  const marked = rows
    .map((row) => ({ row, mark: { field, fieldValue: keyOf(row, field), sortDirection, id: Number(row.id) } }))
    .sort((a, b) => order(a.mark, b.mark));
  const from = readCursor(query);
  if (from && (from.field !== field || from.sortDirection !== sortDirection)) {
    throw badParameter("cursor", "belongs to another order");
  }
  const rest = from ? marked.filter(({ mark }) => order(mark, from) >= 0) : marked;
  const next = rest[limit];
  return { items: rest.slice(0, limit).map(({ row }) => row), nextCursor: next ? encode(next.mark) : null };
}

/** Cuts a page of a list in an order of its own, as search results are. */
export function pageByPlace<T>(items: T[], query: URLSearchParams, max = 500): Page<T> {
  const limit = readLimit(query, max);
  const start = readCursor(query)?.id ?? 0;
  const mark = { field: "place", fieldValue: start + limit, sortDirection: "asc", id: start + limit };
  return { items: items.slice(start, start + limit), nextCursor: items.length > start + limit ? encode(mark) : null };
}

/** v1: `start` and `limit`, and a word on whether there is more. */
export function pageV1<T>(items: T[], query: URLSearchParams, max = 500) {
  const start = Number(query.get("start") ?? 0);
  if (!Number.isInteger(start) || start < 0) throw badParameter("start", "must be an integer from 0");
  const limit = readLimit(query, max);
  const more = items.length > start + limit;
  const pagination = { start, limit, more_items_in_collection: more, ...(more ? { next_start: start + limit } : {}) };
  return { items: items.slice(start, start + limit), additional: { additional_data: { pagination } } };
}

function keyOf(row: Row, field: string): string | number {
  if (field === "id") return Number(row.id);
  if (field === "update_time") return row.updateTime;
  if (field === "add_time") return row.addTime;
  return String(row.values[field] ?? "");
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function encode(mark: Mark): string {
  return Buffer.from(JSON.stringify(mark)).toString("base64url");
}

function readCursor(query: URLSearchParams): Mark | undefined {
  const text = query.get("cursor");
  if (text === null) return undefined;
  try {
    const mark = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as Mark;
    if (typeof mark.id === "number" && typeof mark.field === "string") return mark;
  } catch {
    // Whatever it was, it is none of ours.
  }
  throw badParameter("cursor", "is not valid");
}
