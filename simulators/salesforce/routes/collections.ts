import type { Call, Routes } from "../api.ts";
import { refuse, SalesforceError, toSaveErrors } from "../errors.ts";
import { isId, to18 } from "../ids.ts";
import { insert, keyField, remove, update, upsert } from "../save.ts";
import { attributes } from "../soql-run.ts";
import type { Row } from "../table.ts";
import { readFields, tableOf } from "./records.ts";

const mostRecords = 200;

export const collectionRoutes: Routes = (add) => {
  add("POST", "/composite/sobjects", (call) => save(call, (record) => ({ row: create(call, record) })));
  add("PATCH", "/composite/sobjects", (call) => save(call, (record) => ({ row: change(call, record) })));
  add("DELETE", "/composite/sobjects", erase);
  add("PATCH", "/composite/sobjects/:type/:field", (call) => save(call, (record) => upsertOne(call, record)));
  add("POST", "/composite/sobjects/:type", (call) => {
    const { ids, fields } = readFields(call.body);
    return read(call, texts(ids), texts(fields));
  });
  add("GET", "/composite/sobjects/:type", (call) =>
    read(call, call.query.get("ids")?.split(",") ?? [], call.query.get("fields")?.split(",") ?? []),
  );
};

type Saved = { row: Row; created?: boolean };

function save(call: Call, act: (record: Record<string, unknown>) => Saved) {
  const { records, allOrNone } = readFields(call.body);
  if (!Array.isArray(records) || records.length === 0) {
    throw refuse(400, "JSON_PARSER_ERROR", "The request body must contain a list named records");
  }
  checkSize(records.length);
  return runAll(call, records, allOrNone === true, (record) => act(readFields(record)));
}

function create({ org, writer }: Call, record: Record<string, unknown>): Row {
  return insert(org, typed({ org }, record), record, writer);
}

function change({ org, writer }: Call, record: Record<string, unknown>): Row {
  const table = typed({ org }, record);
  const id = record.Id ?? record.id;
  if (id === undefined) throw refuse(400, "MISSING_ARGUMENT", "Id not specified in an update call");
  const row = isId(id) ? table.get(to18(id)) : undefined;
  if (!row) throw refuse(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
  return update(org, table, row, withoutId(record), writer);
}

function upsertOne(call: Call, record: Record<string, unknown>): Saved {
  const table = tableOf(call);
  const field = keyField(table, call.params.field ?? "");
  const entry = Object.entries(record).find(([name]) => name.toLowerCase() === field.name.toLowerCase());
  if (entry === undefined || entry[1] === null || entry[1] === "") {
    throw refuse(400, "MISSING_ARGUMENT", `${field.name} not specified`);
  }
  const { [entry[0]]: key, ...fields } = record;
  return upsert(call.org, table, field, String(key), fields, call.writer);
}

function erase(call: Call) {
  const ids = call.query.get("ids")?.split(",").filter(Boolean) ?? [];
  checkSize(ids.length);
  return runAll(call, ids, call.query.get("allOrNone") === "true", (id) => {
    const table = isId(id) ? call.org.tableOf(id) : undefined;
    const row = table?.get(to18(String(id)));
    if (!table || !row) throw refuse(400, "MALFORMED_ID", `malformed id ${id}`);
    remove(call.org, table, row, call.writer);
    return { row };
  });
}

// What one record did wrong stands beside the others, inside a 200.
function runAll<T>({ org }: Call, items: T[], allOrNone: boolean, act: (item: T) => Saved) {
  const run = () => {
    const results = items.map((item) => attempt(() => act(item)));
    const keep = !allOrNone || results.every(({ success }) => success);
    const rolledBack = {
      success: false,
      errors: [
        {
          statusCode: "ALL_OR_NONE_OPERATION_ROLLED_BACK",
          message: "Record rolled back because not all records were valid and the request was using AllOrNone header",
          fields: [],
        },
      ],
    };
    return { keep, result: keep ? results : results.map((one) => (one.success ? rolledBack : one)) };
  };
  return { status: 200, body: allOrNone ? org.transaction(run) : run().result };
}

function attempt(act: () => Saved) {
  try {
    const { row, created } = act();
    return { id: row.id, success: true, errors: [], ...(created === undefined ? {} : { created }) };
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error;
    return { success: false, errors: toSaveErrors(error.errors) };
  }
}

function read(call: Call, ids: string[], fields: string[]) {
  const table = tableOf(call);
  if (ids.length > 2_000)
    throw refuse(400, "EXCEEDED_ID_LIMIT", "record limit reached. cannot read more than 2000 records");
  const chosen = fields.map((name) => {
    const field = table.type.fields.get(name.trim().toLowerCase());
    if (!field) throw refuse(400, "INVALID_FIELD", `No such column '${name}' on entity '${table.type.name}'`);
    return field;
  });
  const body = ids.map((id) => {
    const row = table.get(to18(id));
    if (!row || row.deletedAt !== undefined) return null;
    return {
      attributes: attributes(call.version, table.type.name, row.id),
      Id: row.id,
      ...Object.fromEntries(chosen.map(({ name }) => [name, row.values[name] ?? null])),
    };
  });
  return { status: 200, body };
}

function typed({ org }: Pick<Call, "org">, record: Record<string, unknown>) {
  const name = (record.attributes as { type?: unknown } | undefined)?.type;
  if (typeof name !== "string") throw refuse(400, "INVALID_TYPE", "The type of the record is missing: attributes.type");
  const table = org.table(name);
  if (!table) throw refuse(400, "INVALID_TYPE", `sObject type '${name}' is not supported.`);
  return table;
}

function withoutId(record: Record<string, unknown>): Record<string, unknown> {
  const { Id: _Id, id: _id, ...fields } = record;
  return fields;
}

function checkSize(count: number): void {
  if (count <= mostRecords) return;
  throw refuse(400, "EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records into this call");
}

function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  throw refuse(400, "JSON_PARSER_ERROR", "ids and fields must be lists");
}
