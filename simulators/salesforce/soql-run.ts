import { badField, malformed, refuse } from "./errors.ts";
import { type Field, isFilterable, type Value } from "./fields.ts";
import { to18 } from "./ids.ts";
import type { Org } from "./org.ts";
import type { Condition, Literal, Query } from "./soql-parse.ts";
import type { Row, Table } from "./table.ts";
import { dateTimeText, readDateTime } from "./values.ts";

/** A field as a query names it, own or of a parent: `Owner.Name`. */
interface Path {
  steps: Field[];
  field: Field;
}

export interface Plan {
  table: Table;
  paths: Path[];
  query: Query;
}

export function plan(org: Org, query: Query): Plan {
  const table = org.table(query.object);
  if (!table)
    throw refuse(
      400,
      "INVALID_TYPE",
      `sObject type '${query.object}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  const paths = query.isCount ? [] : query.fields.flatMap((name) => pathsOf(org, table, name, query));
  return { table, paths, query };
}

/** Ids of the rows that match, in order, before limit and offset. */
export function matchRows(org: Org, { table, query }: Plan, withDeleted: boolean): Row[] {
  const test = query.where && compile(org, table, query.where);
  const keys = query.order.map(({ field, ...how }) => ({ ...how, path: resolve(org, table, field) }));
  const found: Row[] = [];
  for (const row of candidates(table, query.where, withDeleted)) {
    if ((withDeleted || row.deletedAt === undefined) && (!test || test(row))) found.push(row);
  }
  if (keys.length > 0) found.sort((a, b) => compareRows(a, b));
  return found.slice(query.offset, query.limit === undefined ? undefined : query.offset + query.limit);

  function compareRows(a: Row, b: Row): number {
    for (const { path, descending, nullsLast } of keys) {
      const [x, y] = [read(org, a, path), read(org, b, path)];
      if (x === y) continue;
      if (x === null || y === null) return (x === null) === nullsLast ? 1 : -1;
      const order = compare(x, y);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  }
}

export function viewRow(org: Org, version: string, { table, paths }: Plan, row: Row): Record<string, unknown> {
  const view: Record<string, unknown> = { attributes: attributes(version, table.type.name, row.id) };
  for (const { steps, field } of paths) {
    let holder = view;
    let at: Row | undefined = row;
    for (const step of steps) {
      const id: Value | undefined = at?.values[step.name];
      at = typeof id === "string" ? org.row(id) : undefined;
      const name = step.relationshipName ?? step.name;
      if (!at) {
        holder[name] = null;
        break;
      }
      holder[name] ??= { attributes: attributes(version, org.tableOf(at.id)?.type.name ?? "", at.id) };
      holder = holder[name] as Record<string, unknown>;
    }
    if (at) holder[field.name] = at.values[field.name] ?? null;
  }
  return view;
}

export function attributes(version: string, type: string, id: string) {
  return { type, url: `/services/data/v${version}/sobjects/${type}/${id}` };
}

function pathsOf(org: Org, table: Table, name: string, query: Query): Path[] {
  const group = /^FIELDS\((\w+)\)$/.exec(name)?.[1];
  if (group === undefined) return [resolve(org, table, name)];
  if (!["ALL", "CUSTOM", "STANDARD"].includes(group)) throw malformed(`unexpected token: '${name}'`);
  if (group !== "STANDARD" && (query.limit === undefined || query.limit > 200)) {
    throw malformed(`The SOQL FIELDS function must have a LIMIT of at most 200`);
  }
  const fields = [...table.type.fields.values()];
  const chosen = group === "ALL" ? fields : fields.filter(({ custom }) => custom === (group === "CUSTOM"));
  return chosen.map((field) => ({ steps: [], field }));
}

function resolve(org: Org, table: Table, name: string): Path {
  const parts = name.split(".");
  // The object itself may stand in front, as in Contact.Phone.
  if (parts.length > 1 && parts[0]?.toLowerCase() === table.type.name.toLowerCase()) parts.shift();
  const steps: Field[] = [];
  let type = table.type;
  for (const part of parts.slice(0, -1)) {
    const step = [...type.fields.values()].find((one) => one.relationshipName?.toLowerCase() === part.toLowerCase());
    const target = step && org.table(step.referenceTo[0] ?? "");
    if (!step || !target)
      throw badField(
        `Didn't understand relationship '${part}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
      );
    steps.push(step);
    type = target.type;
  }
  const last = parts.at(-1) ?? "";
  const field = type.fields.get(last.toLowerCase());
  if (!field)
    throw badField(
      `\nNo such column '${last}' on entity '${type.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  return { steps, field };
}

function read(org: Org, row: Row, { steps, field }: Path): Value {
  let at: Row | undefined = row;
  for (const step of steps) {
    const id: Value | undefined = at?.values[step.name];
    at = typeof id === "string" ? org.row(id) : undefined;
  }
  return at?.values[field.name] ?? null;
}

// An equality on an id or a key narrows the search, so that a look-up in a large org stays quick.
function candidates(table: Table, where: Condition | undefined, withDeleted: boolean): Iterable<Row> {
  for (const part of where?.kind === "and" ? where.parts : where ? [where] : []) {
    if (part.kind !== "compare" || part.query || (part.operator !== "=" && part.operator !== "in")) continue;
    const field = table.type.fields.get(part.field.toLowerCase());
    if (!field || !part.values.every(({ kind }) => kind === "text")) continue;
    const texts = [...new Set(part.values.map((value) => (value.kind === "text" ? value.text : "")))];
    if ((field.externalId || field.unique) && !withDeleted) {
      return [...new Set(texts.flatMap((text) => table.find(field.name, text)))];
    }
    if (field.type === "id") return texts.flatMap((text) => table.get(to18(text)) ?? []);
  }
  return table.rows();
}

function compile(org: Org, table: Table, condition: Condition): (row: Row) => boolean {
  if (condition.kind === "not") {
    const inner = compile(org, table, condition.part);
    return (row) => !inner(row);
  }
  if (condition.kind !== "compare") {
    const parts = condition.parts.map((part) => compile(org, table, part));
    return condition.kind === "and"
      ? (row) => parts.every((part) => part(row))
      : (row) => parts.some((part) => part(row));
  }
  const path = resolve(org, table, condition.field);
  if (!isFilterable(path.field)) throw badField(`field '${condition.field}' can not be filtered in a query call`);
  const { operator } = condition;
  if (operator === "like") {
    const [value] = condition.values;
    if (value?.kind !== "text" || !isText(path.field)) throw badField(`invalid operator on ${path.field.type} field`);
    const pattern = likePattern(value.text);
    return (row) => pattern.test(String(read(org, row, path) ?? ""));
  }
  if (operator === "in" || operator === "not in") {
    const wanted = new Set(inValues(org, path.field, condition).map(keyOf));
    return (row) => wanted.has(keyOf(read(org, row, path))) === (operator === "in");
  }
  const literal = condition.values[0] as Literal;
  if (literal.kind === "word") return compileRange(org, path, operator, literal);
  const wanted = literalValue(path.field, literal);
  return (row) => {
    const value = read(org, row, path);
    if (operator === "=") return keyOf(value) === keyOf(wanted);
    if (operator === "!=") return keyOf(value) !== keyOf(wanted);
    if (value === null || wanted === null) return false;
    const order = compare(value, wanted);
    return operator === "<" ? order < 0 : operator === "<=" ? order <= 0 : operator === ">" ? order > 0 : order >= 0;
  };
}

function inValues(org: Org, field: Field, condition: Extract<Condition, { kind: "compare" }>): Value[] {
  if (!condition.query) return condition.values.map((value) => literalValue(field, value));
  const inner = plan(org, condition.query);
  const [path] = inner.paths;
  if (!path || inner.paths.length > 1) throw malformed("only one field can be selected in a nested query");
  return matchRows(org, inner, false).map((row) => read(org, row, path));
}

/** TODAY and its like name a span of days in UTC, the zone of the signed-in user being left aside. */
function compileRange(org: Org, path: Path, operator: string, literal: Extract<Literal, { kind: "word" }>) {
  const dayMs = 86_400_000;
  const today = Math.floor(org.base.clock.now() / dayMs) * dayMs;
  const days = literal.count ?? 0;
  const spans: Record<string, [number, number]> = {
    TODAY: [today, today + dayMs],
    YESTERDAY: [today - dayMs, today],
    TOMORROW: [today + dayMs, today + 2 * dayMs],
    LAST_N_DAYS: [today - days * dayMs, today + dayMs],
    NEXT_N_DAYS: [today + dayMs, today + (days + 1) * dayMs],
  };
  const span = spans[literal.word];
  if (!span || !["date", "datetime"].includes(path.field.type)) throw malformed(`unexpected token: '${literal.word}'`);
  const text = (ms: number) =>
    path.field.type === "date" ? new Date(ms).toISOString().slice(0, 10) : dateTimeText(ms);
  const [from, to] = [text(span[0]), text(span[1])];
  return (row: Row) => {
    const value = read(org, row, path);
    if (value === null) return operator === "!=";
    const inside = value >= from && value < to;
    if (operator === "=") return inside;
    if (operator === "!=") return !inside;
    if (operator === "<") return value < from;
    if (operator === "<=") return value < to;
    return operator === ">" ? value >= to : value >= from;
  };
}

function literalValue(field: Field, literal: Literal): Value {
  if (literal.kind === "null") return null;
  const { type, name } = field;
  const wrong = (kind: string, quoted: boolean) =>
    badField(
      `value of filter criterion for field '${name}' must be of type ${kind} and should ${quoted ? "" : "not "}be enclosed in quotes`,
    );
  if (type === "boolean") {
    if (literal.kind !== "boolean") throw wrong("boolean", false);
    return literal.boolean;
  }
  if (["int", "double", "currency", "percent"].includes(type)) {
    if (literal.kind !== "number") throw wrong(type, false);
    return literal.number;
  }
  if (type === "datetime") {
    const ms = literal.kind === "instant" ? readDateTime(literal.text) : undefined;
    if (ms === undefined) throw wrong("dateTime", false);
    // Stamps are whole seconds; a finer bound must not be rounded down onto one.
    return dateTimeText(Math.ceil(ms / 1_000) * 1_000);
  }
  if (type === "date") {
    if (literal.kind !== "date") throw wrong("date", false);
    return literal.text;
  }
  if (literal.kind !== "text") throw wrong("string", true);
  if (type !== "id" && type !== "reference") return literal.text.replace(/\\([_%])/g, "$1");
  if (!/^([a-zA-Z0-9]{15}|[a-zA-Z0-9]{18})?$/.test(literal.text)) {
    throw refuse(400, "INVALID_QUERY_FILTER_OPERATOR", `invalid ID field: ${literal.text}`);
  }
  return literal.text === "" ? null : to18(literal.text);
}

function isText({ type }: Field): boolean {
  return !["boolean", "int", "double", "currency", "percent", "date", "datetime", "id", "reference"].includes(type);
}

function likePattern(text: string): RegExp {
  const source = text.replace(/\\([_%])|[_%]|[.*+?^${}()|[\]\\]/g, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (found === "%") return ".*";
    return found === "_" ? "." : `\\${found}`;
  });
  return new RegExp(`^${source}$`, "is");
}

// Texts are compared without regard to case. An empty text and nothing are the same.
function keyOf(value: Value): string {
  return value === null || value === "" ? "" : `${typeof value}:${String(value).toLowerCase()}`;
}

function compare(a: Value, b: Value): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [String(a).toLowerCase(), String(b).toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
}
