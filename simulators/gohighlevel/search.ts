import { bad } from "./errors.ts";
import type { Row, Values } from "./location.ts";

interface Filter {
  field: string;
  operator: string;
  value?: unknown;
}

interface Group {
  group: "AND" | "OR";
  filters: Array<Filter | Group>;
}

const operators = ["eq", "not_eq", "contains", "not_contains", "exists", "not_exists", "range"];

/** Whether a row, read through `readField`, passes all filters. */
export function passes(filters: unknown, readField: (field: string) => unknown): boolean {
  if (filters === undefined) return true;
  if (!Array.isArray(filters)) throw bad("filters must be an array");
  return filters.every((filter) => passesOne(filter as Filter | Group, readField));
}

function passesOne(filter: Filter | Group, readField: (field: string) => unknown): boolean {
  if ("group" in filter) {
    const parts = filter.filters.map((part) => passesOne(part, readField));
    return filter.group === "OR" ? parts.some(Boolean) : parts.every(Boolean);
  }
  if (!operators.includes(filter.operator)) throw bad(`Invalid operator ${filter.operator}`);
  const held = readField(filter.field);
  const list = (Array.isArray(held) ? held : [held]).filter(
    (value) => value !== undefined && value !== null && value !== "",
  );
  const wanted = (Array.isArray(filter.value) ? filter.value : [filter.value]).map(lower);
  switch (filter.operator) {
    case "exists":
      return list.length > 0;
    case "not_exists":
      return list.length === 0;
    case "eq":
      return list.some((value) => wanted.includes(lower(value)));
    case "not_eq":
      return !list.some((value) => wanted.includes(lower(value)));
    case "contains":
      return list.some((value) => wanted.some((part) => lower(value).includes(part)));
    case "not_contains":
      return !list.some((value) => wanted.some((part) => lower(value).includes(part)));
    default:
      return list.some((value) => inRange(value, (filter.value ?? {}) as Values));
  }
}

function inRange(value: unknown, { gt, gte, lt, lte }: Values): boolean {
  const number = toNumber(value);
  return (
    (gt === undefined || number > toNumber(gt)) &&
    (gte === undefined || number >= toNumber(gte)) &&
    (lt === undefined || number < toNumber(lt)) &&
    (lte === undefined || number <= toNumber(lte))
  );
}

// Instants come as ISO texts or as milliseconds.
function toNumber(value: unknown): number {
  const number = Number(value);
  return Number.isNaN(number) ? Date.parse(String(value)) : number;
}

function lower(value: unknown): string {
  return String(value).toLowerCase();
}

export interface SearchPage {
  rows: Row[];
  total: number;
  marks: Array<[number | string, string]>;
}

/** Sorts rows and cuts a page by number or after a mark; by number only the first 10,000 can be seen. */
export function searchPage(
  rows: Row[],
  body: Values,
  keyOf: (row: Row, field: string) => number | string,
  maxLimit: number,
): SearchPage {
  const limit = Number(body.pageLimit ?? body.limit);
  const [order] = (Array.isArray(body.sort) ? body.sort : []) as Array<{ field?: string; direction?: string }>;
  const field = order?.field ?? "dateAdded";
  const sign = (order?.direction ?? "desc") === "asc" ? 1 : -1;
  const marked = rows
    .map((row) => ({ row, mark: [keyOf(row, field), row.id] as [number | string, string] }))
    .sort((a, b) => sign * compare(a.mark, b.mark));
  const page = Number(body.page ?? 1);
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) throw bad(`pageLimit must be from 1 to ${maxLimit}`);
  if (body.searchAfter === undefined && page * limit > 10_000)
    throw bad("Use searchAfter to read beyond 10000 records");
  const after = body.searchAfter as [number | string, string] | undefined;
  if (after !== undefined && (!Array.isArray(after) || after.length !== 2)) throw bad("searchAfter is invalid");
  const rest = after ? marked.filter(({ mark }) => sign * compare(mark, after) > 0) : marked.slice((page - 1) * limit);
  const shown = rest.slice(0, limit);
  return { rows: shown.map(({ row }) => row), total: rows.length, marks: shown.map(({ mark }) => mark) };
}

function compare(a: [number | string, string], b: [number | string, string]): number {
  for (const index of [0, 1] as const) {
    if (a[index] < b[index]) return -1;
    if (a[index] > b[index]) return 1;
  }
  return 0;
}
