import type { IdKind } from "#core";
import type { Db } from "./db.ts";

interface Column {
  table: string;
  column: string;
  type: string;
  isNullable: boolean;
  /** The database fills it in when an insert leaves it out. */
  hasDefault: boolean;
  isAlwaysGenerated: boolean;
}

const head = `// Written by scripts/generate-schema-types.ts from a migrated database. Do not edit.
import type { ColumnType, GeneratedAlways } from "kysely";
import type { Id } from "#core";

/** What the column holds, and what an insert may leave out. */
type Filled<T> = T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : ColumnType<T, T | undefined, T>;
type Instant = ColumnType<Date, Date | string, Date | string>;
/** Arrives parsed; is sent as JSON text, because the driver takes an array for an array of the database. */
type Json = ColumnType<unknown, string, string>;
/** Json that is an object in every row: only our code writes it. */
type JsonObject = ColumnType<Record<string, unknown>, string, string>;
/** Digits as text: exact. */
type Numeric = ColumnType<string, string | number, string | number>;
`;

/** The text of schema.generated.ts for a migrated database. */
export async function schemaTypes(db: Db): Promise<string> {
  return render(await db.asOwner((tx) => tx.query<Column>(readColumns)));
}

const readColumns = `
  select c.relname as "table", a.attname as "column", format_type(a.atttypid, null) as type,
    not a.attnotnull as "isNullable",
    a.atthasdef or a.attidentity <> '' as "hasDefault",
    a.attidentity = 'a' or a.attgenerated <> '' as "isAlwaysGenerated"
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
    and a.attnum > 0 and not a.attisdropped and c.relname <> 'schema_migrations'
  order by c.relname collate "C", a.attnum`;

const types: Record<string, string> = {
  bigint: "number",
  boolean: "boolean",
  bytea: "Uint8Array",
  date: "string",
  "double precision": "number",
  integer: "number",
  jsonb: "Json",
  numeric: "Numeric",
  real: "number",
  smallint: "number",
  text: "string",
  "time without time zone": "string",
  "timestamp with time zone": "Instant",
  uuid: "string",
  xid8: "string",
};

/** What a uuid in a column of this name names, in any table; in `<table>.id`, what the rows are. Any other uuid is plain text. */
const idKinds: Record<string, IdKind> = {
  agent_id: "agent",
  "agents.id": "agent",
  "api_keys.id": "apiKey",
  call_id: "call",
  "call_imports.id": "import",
  call_sync_id: "callSync",
  "call_syncs.id": "callSync",
  "calls.id": "call",
  "connect_tokens.id": "connectToken",
  connection_id: "connection",
  "connections.id": "connection",
  contact_id: "contact",
  "contacts.id": "contact",
  "events.id": "event",
  import_id: "import",
  "inbound_events.id": "inboundEvent",
  message_id: "message",
  "messages.id": "message",
  tenant_id: "tenant",
  "tenants.id": "tenant",
};

const jsonObjects = new Set([
  "agents.settings",
  "audit_log.detail",
  "connections.health",
  "connections.provider_state",
  "connections.settings",
  "tenants.settings",
]);

function render(columns: Column[]): string {
  const tables = Map.groupBy(columns, ({ table }) => table);
  const interfaces = [...tables].map(
    ([table, its]) =>
      `\nexport interface ${toTypeName(table)} {\n${its.map((column) => `  ${column.column}: ${typeOf(column)};\n`).join("")}}\n`,
  );
  const database = [...tables.keys()].map((table) => `  ${table}: ${toTypeName(table)};\n`).join("");
  return `${head}${interfaces.join("")}\nexport interface Database {\n${database}}\n`;
}

function typeOf(described: Column): string {
  const { type, isNullable, hasDefault, isAlwaysGenerated } = described;
  const element = elementOf(described);
  const plain = type.endsWith("[]") ? `${element}[]` : element;
  const whole = isNullable ? `${plain} | null` : plain;
  if (isAlwaysGenerated) return `GeneratedAlways<${whole}>`;
  return hasDefault ? `Filled<${whole}>` : whole;
}

function elementOf({ table, column, type }: Column): string {
  const kind = type === "uuid" && (idKinds[`${table}.${column}`] ?? idKinds[column]);
  if (kind) return `Id<"${kind}">`;
  if (type === "jsonb" && jsonObjects.has(`${table}.${column}`)) return "JsonObject";
  const element = types[type.replace("[]", "")];
  if (element) return element;
  throw new Error(`${table}.${column} is ${type}, for which schema-types.ts has no type yet.`);
}

function toTypeName(table: string): string {
  return `${table.replace(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase())}Table`;
}
