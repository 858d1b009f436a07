import type { Call, Routes } from "../api.ts";
import { badField, notFound, refuse } from "../errors.ts";
import { isId, to18 } from "../ids.ts";
import { insert, isDeleted, keyField, matchesOf, remove, SeveralMatches, update, upsert } from "../save.ts";
import { attributes } from "../soql-run.ts";
import type { Row, Table } from "../table.ts";

export const recordRoutes: Routes = (add) => {
  add("POST", "/sobjects/:type", create);
  add("GET", "/sobjects/:type/:id", (call) => view(call, byId(call)));
  add("PATCH", "/sobjects/:type/:id", change);
  add("DELETE", "/sobjects/:type/:id", (call) => erase(call, byId(call, true)));
  add("GET", "/sobjects/:type/:id/:value", (call) => several(call, () => view(call, byKey(call))));
  add("PATCH", "/sobjects/:type/:id/:value", (call) => several(call, () => upsertByKey(call)));
  add("DELETE", "/sobjects/:type/:id/:value", (call) => several(call, () => erase(call, byKey(call))));
};

export function tableOf({ org, params }: Call): Table {
  const table = org.table(params.type ?? "");
  if (!table) throw notFound();
  return table;
}

export function readFields(body: unknown): Record<string, unknown> {
  if (body !== null && typeof body === "object" && !Array.isArray(body)) return body as Record<string, unknown>;
  throw refuse(400, "JSON_PARSER_ERROR", "The request body must be an object of fields");
}

function create(call: Call) {
  const row = insert(call.org, tableOf(call), readFields(call.body), call.writer);
  return { status: 201, body: { id: row.id, success: true, errors: [] } };
}

function change(call: Call) {
  const table = tableOf(call);
  const fields = readFields(call.body);
  refuseKey(fields, "Id");
  update(call.org, table, byId(call, true), fields, call.writer);
  return { status: 204 };
}

function erase(call: Call, row: Row) {
  remove(call.org, tableOf(call), row, call.writer);
  return { status: 204 };
}

function view(call: Call, row: Row) {
  const table = tableOf(call);
  const names = call.query.get("fields")?.split(",");
  const fields = names?.map((name) => {
    const field = table.type.fields.get(name.trim().toLowerCase());
    if (!field) throw badField(`No such column '${name}' on sobject of type ${table.type.name}`);
    return field;
  });
  const body: Record<string, unknown> = { attributes: attributes(call.version, table.type.name, row.id) };
  for (const field of fields ?? table.type.fields.values()) body[field.name] = row.values[field.name] ?? null;
  body.Id = row.id;
  return { status: 200, body };
}

function byId(call: Call, saysDeleted = false): Row {
  const id = call.params.id ?? "";
  const row = isId(id) ? tableOf(call).get(to18(id)) : undefined;
  if (!row) throw notFound();
  if (row.deletedAt !== undefined) throw saysDeleted ? isDeleted() : notFound();
  return row;
}

function byKey(call: Call): Row {
  const table = tableOf(call);
  const rows = matchesOf(table, keyField(table, call.params.id ?? ""), call.params.value ?? "");
  if (rows.length > 1) throw new SeveralMatches(table, rows);
  const [row] = rows;
  if (!row) throw notFound();
  return row;
}

function upsertByKey(call: Call) {
  const table = tableOf(call);
  const field = keyField(table, call.params.id ?? "");
  const fields = readFields(call.body);
  refuseKey(fields, "Id");
  refuseKey(fields, field.name);
  const updateOnly = call.query.get("updateOnly") === "true";
  const { row, created } = upsert(call.org, table, field, call.params.value ?? "", fields, call.writer, { updateOnly });
  // Before version 46 a change was answered without a body.
  if (!created && Number(call.version) < 46) return { status: 204 };
  return { status: created ? 201 : 200, body: { id: row.id, success: true, errors: [], created } };
}

function several(call: Call, act: () => ReturnType<typeof view> | { status: number }) {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof SeveralMatches)) throw error;
    const { table, ids } = error;
    return { status: 300, body: ids.map((id) => attributes(call.version, table.type.name, id).url) };
  }
}

function refuseKey(fields: Record<string, unknown>, name: string): void {
  if (Object.keys(fields).some((one) => one.toLowerCase() === name.toLowerCase())) {
    throw badField(`The ${name} field should not be specified in the sobject data.`);
  }
}
