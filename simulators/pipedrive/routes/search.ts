import { type Call, checkScopes, ok, type Routes } from "../api.ts";
import { badParameter } from "../errors.ts";
import { pageByPlace, readChoice, readId, readWords } from "../paging.ts";
import { fieldsOf, findItems, type ItemType, itemTypes, type Match, searchField } from "../search.ts";

const paths: Array<[path: string, type: ItemType, scopes: string[]]> = [
  ["persons", "person", ["contacts:read", "contacts:full", "search:read"]],
  ["organizations", "organization", ["contacts:read", "contacts:full", "search:read"]],
  ["deals", "deal", ["deals:read", "deals:full", "search:read"]],
  ["leads", "lead", ["leads:read", "leads:full", "search:read"]],
];

export const searchRoutes: Routes = (add) => {
  for (const [path, type, scopes] of paths) {
    const handle = (call: Call) => searchOne(call, type);
    add("GET", `/v2/${path}/search`, { cost: 20, scopes, isSearch: true, handle });
  }
  add("GET", "/v2/itemSearch", { cost: 20, scopes: ["search:read"], isSearch: true, handle: searchAll });
  add("GET", "/v2/itemSearch/field", { cost: 20, scopes: ["search:read"], isSearch: true, handle: searchValues });
};

function searchOne(call: Call, type: ItemType) {
  const { query } = call;
  const { term, exact } = readTerm(query);
  const fields = readFields(query, fieldsOf[type]);
  const organizationId = readId(query, "organization_id");
  const personId = readId(query, "person_id");
  const status = query.has("status") ? readChoice(query, "status", ["open", "won", "lost"]) : undefined;
  const found = findItems(call.world, call.company, [type], { term, exact, fields }).filter(
    ({ row: { values } }) =>
      (organizationId === undefined || (values.org_id ?? values.organization_id) === organizationId) &&
      (personId === undefined || values.person_id === personId) &&
      (status === undefined || values.status === status),
  );
  const { items, nextCursor } = pageByPlace(found, query);
  return ok({ items: items.map(({ row: _row, ...item }) => item) }, { additional_data: { next_cursor: nextCursor } });
}

function searchAll(call: Call) {
  const { query } = call;
  const { term, exact } = readTerm(query);
  const known = [...itemTypes, "product", "file", "mail_attachment", "project"];
  const asked = readWords(query, "item_types") ?? [...itemTypes];
  const unknown = asked.find((type) => !known.includes(type));
  if (unknown) throw badParameter("item_types", `${unknown} is not an item type`);
  const fields = readFields(query, [...new Set(Object.values(fieldsOf).flat()), "code", "description"]);
  const types = itemTypes.filter((type) => asked.includes(type));
  const found = findItems(call.world, call.company, types, { term, exact, fields });
  const { items, nextCursor } = pageByPlace(found, query, 100);
  const data = { items: items.map(({ row: _row, ...item }) => item), related_items: [] };
  return ok(data, { additional_data: { next_cursor: nextCursor } });
}

function searchValues(call: Call) {
  const { query } = call;
  const type = readChoice(query, "entity_type", ["", ...itemTypes]);
  if (type === "") throw badParameter("entity_type", "is required");
  const match: Match = readChoice(query, "match", ["exact", "beginning", "middle"]);
  const field = query.get("field");
  if (!field) throw badParameter("field", "is required");
  const { term } = readTerm(query, match === "exact");
  checkScopes(call.caller, ["search:read"]);
  const { items, nextCursor } = pageByPlace(searchField(call.world, call.company, { type, field, term, match }), query);
  return ok(items, { additional_data: { next_cursor: nextCursor } });
}

function readTerm(query: URLSearchParams, isExact = query.get("exact_match") === "true") {
  const exact = isExact || query.get("exact_match") === "1";
  const term = (query.get("term") ?? "").trim();
  if (term.length < (exact ? 1 : 2)) throw badParameter("term", `must have at least ${exact ? 1 : 2} characters`);
  return { term, exact };
}

function readFields(query: URLSearchParams, known: readonly string[]): readonly string[] {
  const fields = readWords(query, "fields") ?? known;
  const unknown = fields.find((field) => !known.includes(field));
  if (unknown) throw badParameter("fields", `${unknown} cannot be searched here`);
  return fields;
}
