export type { Db, Engine, Queryable, Tx } from "./db.ts";
export { migrate } from "./migrate.ts";
export { type DbConfig, type OpenOptions, openDb } from "./open.ts";
export type { Database } from "./schema.generated.ts";
export { type Change, inKeyset, now, sql } from "./sql.ts";
export { type Cleanup, createTestDb, forEachEngine } from "./test-db.ts";
