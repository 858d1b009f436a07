import { invalid } from "./errors.ts";
import type { ObjectType } from "./object-types.ts";
import { type Properties, type PropertyDefinition, readInstant } from "./properties.ts";
import type { CrmRecord, Table } from "./table.ts";

// biome-ignore format: one list, read as one
const operators = [
  "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "NOT_IN",
  "HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN",
];

export interface Filter {
  propertyName: string;
  operator: string;
  value?: string;
  values?: string[];
  highValue?: string;
}

export interface SearchRequest {
  groups: Filter[][];
  query: string | undefined;
  sort: { property: string; descending: boolean } | undefined;
  properties: string[] | undefined;
  limit: number;
  after: number;
}

const cap = 10_000;

/** Reads and checks a search body: 5 groups, 6 filters each, 18 in all, 200 per page, 10,000 in all, 3,000 characters. */
export function readSearch(
  body: unknown,
  bodyLength: number,
  definitions: Map<string, PropertyDefinition>,
): SearchRequest {
  if (body !== undefined && (typeof body !== "object" || body === null)) throw invalid("Invalid input JSON");
  if (bodyLength > 3_000) throw invalid("The search request body is too long: at most 3,000 characters are allowed.");
  const {
    filterGroups = [],
    query,
    sorts = [],
    properties,
    limit = 10,
    after = 0,
  } = (body ?? {}) as Record<string, never>;
  const groups = (filterGroups as Array<{ filters?: Filter[] }>).map(({ filters }) => filters ?? []);
  if (groups.length > 5) throw invalid("Too many filter groups: at most 5 are allowed.");
  if (groups.some((filters) => filters.length > 6))
    throw invalid("Too many filters in a filter group: at most 6 are allowed.");
  if (groups.flat().length > 18) throw invalid("Too many filters: at most 18 are allowed in all groups together.");
  for (const filter of groups.flat()) checkFilter(filter, definitions);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw invalid(`Invalid limit ${limit}: it must be from 1 to 200.`);
  const offset = Number(after || 0);
  if (!Number.isInteger(offset) || offset < 0) throw invalid(`Invalid after ${after}: it must be an integer.`);
  if (offset + Number(limit) > cap) throw invalid("Paging beyond 10,000 results is not supported by search.");
  const sortList = sorts as unknown[];
  if (sortList.length > 1) throw invalid("Only one sort is allowed.");
  return {
    groups,
    query: query === undefined || query === "" ? undefined : String(query).toLowerCase(),
    sort: sortList[0] === undefined ? undefined : readSort(sortList[0], definitions),
    properties: properties as string[] | undefined,
    limit: Number(limit),
    after: offset,
  };
}

function checkFilter(filter: Filter, definitions: Map<string, PropertyDefinition>): void {
  const { propertyName, operator, value, values, highValue } = filter;
  if (!definitions.has(propertyName)) {
    throw invalid(`There was a problem with the request: property '${propertyName}' does not exist`, [
      {
        message: `Property "${propertyName}" does not exist`,
        code: "PROPERTY_DOESNT_EXIST",
        context: { propertyName: [String(propertyName)] },
      },
    ]);
  }
  if (!operators.includes(operator)) throw invalid(`Invalid operator ${operator}: use one of ${operators.join(", ")}`);
  const isPresence = operator.endsWith("HAS_PROPERTY");
  const isList = operator === "IN" || operator === "NOT_IN";
  if (isList && (!Array.isArray(values) || values.length === 0)) throw invalid(`operator ${operator} requires values`);
  if (!isPresence && !isList && (value === undefined || value === null))
    throw invalid(`operator ${operator} requires a value`);
  if (operator === "BETWEEN" && highValue === undefined) throw invalid("operator BETWEEN requires a highValue");
}

// The reference shows objects, the SDK's types plain names.
function readSort(sort: unknown, definitions: Map<string, PropertyDefinition>) {
  const { propertyName, direction } =
    typeof sort === "string"
      ? { propertyName: sort.replace(/^-/, ""), direction: sort.startsWith("-") ? "DESCENDING" : "ASCENDING" }
      : (sort as { propertyName: string; direction?: string });
  if (!definitions.has(propertyName)) throw invalid(`Cannot sort by '${propertyName}': the property does not exist`);
  return { property: propertyName, descending: direction === "DESCENDING" };
}

export interface SearchResult {
  total: number;
  page: Array<{ record: CrmRecord; properties: Properties }>;
}

export function runSearch(
  table: Table,
  type: ObjectType,
  definitions: Map<string, PropertyDefinition>,
  request: SearchRequest,
): SearchResult {
  const all = table.search.all();
  const found = new Map<CrmRecord, Properties>();
  for (const filters of request.groups.length > 0 ? request.groups : [[]]) {
    const tests = filters.map((filter) => toTest(filter, definitions));
    for (const record of candidates(table, filters, definitions) ?? all.keys()) {
      const properties = all.get(record);
      if (!properties || found.has(record) || !tests.every((test) => test(properties))) continue;
      if (request.query !== undefined && !matchesQuery(properties, type, request.query)) continue;
      found.set(record, properties);
    }
  }
  const rows = [...found].map(([record, properties]) => ({ record, properties }));
  sortRows(rows, request, definitions);
  return { total: rows.length, page: rows.slice(request.after, request.after + request.limit) };
}

/** The records that an index offers for a group, or undefined when all must be looked at. */
function candidates(
  table: Table,
  filters: Filter[],
  definitions: Map<string, PropertyDefinition>,
): Iterable<CrmRecord> | undefined {
  for (const { propertyName, operator, value, values } of filters) {
    const kind = definitions.get(propertyName)?.type;
    if (kind === "date" || kind === "datetime") continue; // the same instant can be written in two ways
    if (kind === "number" && propertyName !== "hs_object_id") continue;
    if (operator === "EQ") return table.search.withValue(propertyName, String(value));
    if (operator === "IN")
      return new Set((values ?? []).flatMap((one) => [...table.search.withValue(propertyName, String(one))]));
  }
  return undefined;
}

function toTest(filter: Filter, definitions: Map<string, PropertyDefinition>): (properties: Properties) => boolean {
  const { propertyName: name, operator } = filter;
  const definition = definitions.get(name) as PropertyDefinition;
  const comparable = toComparable(definition.type);
  const value = comparable(String(filter.value ?? ""));
  const high = comparable(String(filter.highValue ?? ""));
  const isText = definition.type === "string" || definition.type === "phone_number";
  const listed = new Set((filter.values ?? []).map((one) => (isText ? one : comparable(one))));
  const inList = (text: string) => listed.has(isText ? text.toLowerCase() : comparable(text));
  const token = toTokenTest(String(filter.value ?? ""));
  const test: Record<string, (text: string | null | undefined) => boolean> = {
    EQ: (text) => !!text && comparable(text) === value,
    NEQ: (text) => !text || comparable(text) !== value,
    LT: (text) => !!text && comparable(text) < value,
    LTE: (text) => !!text && comparable(text) <= value,
    GT: (text) => !!text && comparable(text) > value,
    GTE: (text) => !!text && comparable(text) >= value,
    BETWEEN: (text) => !!text && comparable(text) >= value && comparable(text) <= high,
    // On texts the listed values must be in lower case: a capital letter never matches.
    IN: (text) => !!text && inList(text),
    NOT_IN: (text) => !!text && !inList(text),
    HAS_PROPERTY: (text) => !!text,
    NOT_HAS_PROPERTY: (text) => !text,
    CONTAINS_TOKEN: (text) => !!text && token(text),
    NOT_CONTAINS_TOKEN: (text) => !text || !token(text),
  };
  const chosen = test[operator] as (text: string | null | undefined) => boolean;
  return (properties) => chosen(properties[name]);
}

function toComparable(type: string): (text: string) => string | number {
  if (type === "number") return Number;
  if (type === "date" || type === "datetime") return (text) => readInstant(text) ?? Number.NaN;
  return (text) => text.toLowerCase();
}

// Words of the value, `*` for any rest of a word: `*@example.com` or `jan*`.
function toTokenTest(pattern: string): (text: string) => boolean {
  const escaped = pattern
    .toLowerCase()
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^\\s]*");
  const expression = new RegExp(`(^|[^\\p{L}\\p{N}])${escaped}($|[^\\p{L}\\p{N}])`, "u");
  return (text) => expression.test(text.toLowerCase());
}

function matchesQuery(properties: Properties, type: ObjectType, query: string): boolean {
  return type.queryProperties.some((name) => properties[name]?.toLowerCase().includes(query));
}

function sortRows(
  rows: SearchResult["page"],
  { sort }: SearchRequest,
  definitions: Map<string, PropertyDefinition>,
): void {
  const byId = (a: SearchResult["page"][number], b: SearchResult["page"][number]) =>
    Number(a.record.id) - Number(b.record.id);
  if (!sort) return void rows.sort(byId);
  const comparable = toComparable(definitions.get(sort.property)?.type ?? "string");
  const keys = new Map(
    rows.map((row) => [
      row,
      row.properties[sort.property] ? comparable(row.properties[sort.property] as string) : undefined,
    ]),
  );
  const sign = sort.descending ? -1 : 1;
  rows.sort((a, b) => {
    const [left, right] = [keys.get(a), keys.get(b)];
    if (left === right) return byId(a, b);
    if (left === undefined) return 1; // without a value: last, whichever way we sort
    if (right === undefined) return -1;
    return left < right ? -sign : sign;
  });
}
