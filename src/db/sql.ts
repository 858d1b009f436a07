import { type SelectQueryBuilder, sql, type UpdateObject } from "kysely";
import type { readPage } from "#core";
import type { Database } from "./schema.generated.ts";

export { sql };

/** When the transaction began, by the database's clock. */
export const now = sql<Date>`now()`;

/** What `set` of an update takes; a column that is undefined stays as it is. */
export type Change<Table extends keyof Database> = UpdateObject<Database, Table>;

/** What `readPage` asks its reader for. */
type Keyset = Parameters<Parameters<typeof readPage>[1]>[0];

/** The rows that `readPage` asks for: beyond the cursor's id, in its order, so many. For a query of one table. */
export function inKeyset<Table extends keyof Database, Row>(
  query: SelectQueryBuilder<Database, Table, Row>,
  { id, operator, order, limit }: Keyset,
): SelectQueryBuilder<Database, Table, Row> {
  const rowId = sql.ref<string>("id");
  const beyond = id === null ? query : query.where(rowId, operator, id);
  return beyond.orderBy(rowId, order).limit(limit);
}
