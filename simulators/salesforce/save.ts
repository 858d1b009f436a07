import { derive } from "./derive.ts";
import { findDuplicates } from "./duplicates.ts";
import { type ApiError, badField, notFound, refuse, SalesforceError } from "./errors.ts";
import type { Field, Value } from "./fields.ts";
import { isId, to18 } from "./ids.ts";
import type { Org } from "./org.ts";
import type { Row, Table } from "./table.ts";
import { dateTimeText, readValue } from "./values.ts";

export interface Writer {
  userId: string;
  /** `Sforce-Duplicate-Rule-Header: allowSave=true`. */
  allowDuplicates?: boolean;
}

type Fields = Record<string, unknown>;

export function insert(org: Org, table: Table, given: Fields, writer: Writer): Row {
  const values = check(org, table, given, undefined, writer);
  const id = org.nextId(table.type);
  const now = org.base.clock.now();
  const stamp = dateTimeText(now);
  values.Id = id;
  values.IsDeleted = false;
  for (const name of ["CreatedDate", "LastModifiedDate", "SystemModstamp"]) values[name] = stamp;
  for (const name of ["CreatedById", "LastModifiedById"]) values[name] = writer.userId;
  return table.put(id, values, now, org.searchLagMs());
}

export function update(org: Org, table: Table, row: Row, given: Fields, writer: Writer): Row {
  if (row.deletedAt !== undefined) throw isDeleted();
  const values = check(org, table, given, row, writer);
  return stampAndPut(org, table, row, values, writer.userId);
}

export function remove(org: Org, table: Table, row: Row, writer: Writer): void {
  if (!table.type.writable)
    throw refuse(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id");
  if (row.deletedAt !== undefined) throw isDeleted();
  if (org.isLocked()) throw locked();
  stampAndPut(org, table, row, { ...row.values, IsDeleted: true }, writer.userId);
  table.remove(row, org.base.clock.now());
}

export function undelete(org: Org, table: Table, row: Row, writer: Writer): void {
  table.restore(row, org.base.clock.now());
  stampAndPut(org, table, row, { ...row.values, IsDeleted: false }, writer.userId);
}

/** Creates or changes by an external id. */
export function upsert(
  org: Org,
  table: Table,
  field: Field,
  key: string,
  given: Fields,
  writer: Writer,
  options: { updateOnly?: boolean } = {},
): { row: Row; created: boolean } {
  const matches = matchesOf(table, field, key);
  if (matches.length > 1) throw new SeveralMatches(table, matches);
  const [row] = matches;
  if (row) return { row: update(org, table, row, given, writer), created: false };
  if (options.updateOnly || field.type === "id") throw notFound();
  return { row: insert(org, table, { ...given, [field.name]: key }, writer), created: true };
}

export class SeveralMatches extends SalesforceError {
  readonly table: Table;
  readonly ids: string[];
  constructor(table: Table, rows: Row[]) {
    const ids = rows.map(({ id }) => id);
    super(300, [
      {
        message: `${table.type.name}: more than one record found for external id field: [${ids.join(", ")}]`,
        errorCode: "DUPLICATE_EXTERNAL_ID",
      },
    ]);
    this.table = table;
    this.ids = ids;
  }
}

export function matchesOf(table: Table, field: Field, key: string): Row[] {
  if (field.type !== "id") return table.find(field.name, key);
  const row = table.get(to18(key));
  return row && row.deletedAt === undefined ? [row] : [];
}

/** The field an upsert may go by; anything else is refused. */
export function keyField(table: Table, name: string): Field {
  const field = table.type.fields.get(name.toLowerCase());
  if (!field || !(field.externalId || field.type === "id")) {
    throw refuse(404, "NOT_FOUND", `Provided external ID field does not exist or is not accessible: ${name}`);
  }
  return field;
}

export const isDeleted = () => refuse(404, "ENTITY_IS_DELETED", "entity is deleted");

const locked = () => refuse(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records");

function stampAndPut(org: Org, table: Table, row: Row, values: Record<string, Value>, userId: string): Row {
  const now = org.base.clock.now();
  const stamp = dateTimeText(now);
  return table.put(
    row.id,
    { ...values, LastModifiedDate: stamp, LastModifiedById: userId, SystemModstamp: stamp },
    now,
    org.searchLagMs(),
  );
}

function check(org: Org, table: Table, given: Fields, row: Row | undefined, writer: Writer): Record<string, Value> {
  const { type } = table;
  if (!type.writable) {
    throw refuse(
      400,
      "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
      `entity type cannot be ${row ? "updated" : "inserted"}: ${type.label}`,
    );
  }
  const chosen = chooseFields(org, table, given, row !== undefined);
  const problems: ApiError[] = [];
  const written: Record<string, Value> = {};
  for (const [field, value] of chosen) {
    const result = readValue(field, value);
    if ("error" in result) problems.push(result.error);
    else written[field.name] = result.value;
  }
  if (problems.length > 0) throw new SalesforceError(400, problems);

  const values: Record<string, Value> = { ...row?.values };
  if (!row) {
    for (const field of type.fields.values()) values[field.name] = field.default;
    if (type.fields.has("ownerid")) values.OwnerId = writer.userId;
  }
  Object.assign(values, written);
  for (const field of type.fields.values()) {
    if (field.type === "reference" && typeof written[field.name] === "string") {
      values[field.name] = checkReference(org, field, written[field.name] as string);
    }
  }
  const missing = [...type.fields.values()].filter(({ required, name }) => required && values[name] === null);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name);
    throw refuse(400, "REQUIRED_FIELD_MISSING", `Required fields are missing: [${names.join(", ")}]`, names);
  }
  derive(org, type.name, values, written, row);
  applyRules(org, type.name, values);
  checkUnique(table, values, row);
  if (org.isLocked()) throw locked();
  findDuplicates(org, table, values, row, writer.allowDuplicates ?? false);
  return values;
}

function chooseFields(org: Org, table: Table, given: Fields, isUpdate: boolean): Array<[Field, unknown]> {
  const { type } = table;
  const chosen: Array<[Field, unknown]> = [];
  const closed: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (name === "attributes") continue;
    const field = type.fields.get(name.toLowerCase());
    if (field) {
      if (isUpdate ? field.updateable : field.createable) chosen.push([field, value]);
      else closed.push(field.name);
      continue;
    }
    // A parent may be named by an external id of its own: {"Account": {"Key__c": "A-1"}}.
    const parent = [...type.fields.values()].find(
      ({ relationshipName }) => relationshipName?.toLowerCase() === name.toLowerCase(),
    );
    if (!parent || value === null || typeof value !== "object") {
      throw badField(`No such column '${name}' on sobject of type ${type.name}`);
    }
    chosen.push([parent, parentId(org, parent, value as Fields)]);
  }
  if (closed.length > 0) {
    throw refuse(
      400,
      "INVALID_FIELD_FOR_INSERT_UPDATE",
      `Unable to create/update fields: ${closed.join(", ")}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
      closed,
    );
  }
  return chosen;
}

function parentId(org: Org, parent: Field, value: Fields): string {
  const [name = "", key] = Object.entries(value).find(([one]) => one !== "attributes") ?? [];
  for (const object of parent.referenceTo) {
    const table = org.table(object);
    const field = table?.type.fields.get(name.toLowerCase());
    if (!table || !field?.externalId) continue;
    const [row] = table.find(field.name, String(key));
    if (row) return row.id;
    throw refuse(
      400,
      "INVALID_FIELD",
      `Foreign key external ID: ${String(key).toLowerCase()} not found for field ${field.name} in entity ${object}`,
    );
  }
  throw badField(`No such column '${name}' on sobject of type ${parent.referenceTo[0] ?? ""}`);
}

function checkReference(org: Org, field: Field, id: string): string {
  const target = isId(id) ? org.tableOf(id) : undefined;
  if (!target || (field.referenceTo.length > 0 && !field.referenceTo.includes(target.type.name))) {
    throw refuse(400, "MALFORMED_ID", `${field.label}: id value of incorrect type: ${id}`, [field.name]);
  }
  const row = target.get(to18(id));
  if (!row) throw refuse(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
  if (row.deletedAt !== undefined) throw refuse(400, "ENTITY_IS_DELETED", "entity is deleted");
  if (field.name === "OwnerId" && row.values.IsActive === false) {
    throw refuse(
      400,
      "INACTIVE_OWNER_OR_USER",
      `operation performed with inactive user [${id}] as owner of ${target.type.label.toLowerCase()}`,
    );
  }
  return row.id;
}

function applyRules(org: Org, object: string, values: Record<string, Value>): void {
  for (const rule of org.validationRules) {
    if (rule.object.toLowerCase() !== object.toLowerCase()) continue;
    const value = rule.field === undefined ? null : (values[rule.field] ?? null);
    const isBroken = rule.pattern === undefined ? value === null : new RegExp(rule.pattern).test(String(value ?? ""));
    if (isBroken) {
      throw refuse(
        400,
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        rule.message,
        rule.field === undefined ? [] : [rule.field],
      );
    }
  }
}

function checkUnique(table: Table, values: Record<string, Value>, row: Row | undefined): void {
  for (const field of table.type.fields.values()) {
    if (!field.unique) continue;
    const other = table.find(field.name, values[field.name] ?? null).find((one) => one !== row);
    if (other) {
      throw refuse(
        400,
        "DUPLICATE_VALUE",
        `duplicate value found: ${field.name} duplicates value on record with id: ${other.id}`,
      );
    }
  }
}
