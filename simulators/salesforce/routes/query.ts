import type { Call, Routes } from "../api.ts";
import { malformed, refuse } from "../errors.ts";
import { parseSoql, type Query } from "../soql-parse.ts";
import { matchRows, plan, viewRow } from "../soql-run.ts";
import { parseSosl, runSearch, type SearchGroup, searchGroups } from "../sosl.ts";
import type { Cursor } from "../world.ts";
import { readFields } from "./records.ts";

const cursorLifeMs = 2 * 86_400_000;

export const queryRoutes: Routes = (add) => {
  add("GET", "/query", (call) => query(call, false));
  add("GET", "/queryAll", (call) => query(call, true));
  add("GET", "/query/:locator", more);
  add("GET", "/queryAll/:locator", more);
  add("GET", "/search", (call) => {
    const text = call.query.get("q");
    if (!text) throw refuse(400, "MALFORMED_SEARCH", "No search term found. The search term must be passed as q");
    return found(call, parseSosl(text));
  });
  add("GET", "/parameterizedSearch", (call) => {
    const { query: given } = call;
    const names = given.get("sobject")?.split(",");
    return parameterized(call, {
      q: given.get("q"),
      in: given.get("in") ?? undefined,
      sobjects: names?.map((name) => ({ name })),
      fields: given.get("fields")?.split(","),
    });
  });
  add("POST", "/parameterizedSearch", (call) => parameterized(call, readFields(call.body)));
};

function query(call: Call, withDeleted: boolean) {
  const soql = call.query.get("q");
  if (!soql) throw malformed("SOQL statements cannot be empty or null");
  if (soql.length > 100_000)
    throw refuse(400, "QUERY_TOO_COMPLICATED", "The statement is longer than 100,000 characters");
  const parsed = parseSoql(soql);
  const prepared = plan(call.org, parsed);
  const rows = matchRows(call.org, prepared, withDeleted || parsed.allRows);
  if (parsed.isCount) return { status: 200, body: { totalSize: rows.length, done: true, records: [] } };
  const asked = Number(/batchSize\s*=\s*(\d+)/i.exec(call.header("sforce-query-options") ?? "")?.[1] ?? 2_000);
  const batch = Math.min(2_000, Math.max(200, asked));
  const cursor = { orgId: call.org.id, soql, rows, batch, createdAt: call.world.base.clock.now() };
  return page(call, cursor, undefined, 0);
}

function more(call: Call) {
  const [, name = "", start] = /^(\w+)-(\d+)$/.exec(call.params.locator ?? "") ?? [];
  const cursor = call.world.cursors.get(name);
  const age = cursor ? call.world.base.clock.now() - cursor.createdAt : 0;
  if (!cursor || cursor.orgId !== call.org.id || age >= cursorLifeMs || Number(start) > cursor.rows.length) {
    throw refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
  }
  return page(call, cursor, name, Number(start));
}

function page(call: Call, cursor: Cursor, known: string | undefined, start: number) {
  const prepared = plan(call.org, parseSoql(cursor.soql));
  const records = cursor.rows
    .slice(start, start + cursor.batch)
    .map((row) => viewRow(call.org, call.version, prepared, row));
  const next = start + cursor.batch;
  const answer = { totalSize: cursor.rows.length, done: next >= cursor.rows.length, records };
  if (answer.done) return { status: 200, body: answer };
  const name = known ?? `01gHs${call.world.base.random.token(13)}`;
  call.world.cursors.set(name, cursor);
  const nextRecordsUrl = `/services/data/v${call.version}/query/${name}-${next}`;
  return { status: 200, body: { ...answer, nextRecordsUrl } };
}

function found(call: Call, search: Parameters<typeof runSearch>[2]) {
  return { status: 200, body: { searchRecords: runSearch(call.org, call.version, search) } };
}

function parameterized(call: Call, given: Record<string, unknown>) {
  const { q, sobjects, overallLimit } = given;
  if (typeof q !== "string" || q === "") throw refuse(400, "INVALID_INPUT", "q, the text to search for, is required");
  const group = String(given.in ?? "ALL").toUpperCase() as SearchGroup;
  if (!searchGroups.includes(group)) throw refuse(400, "INVALID_INPUT", `Unknown value of in: ${String(given.in)}`);
  const shared = Array.isArray(given.fields) ? given.fields.map(String) : ["Id"];
  const objects = (sobjects ?? [{ name: "Account" }, { name: "Contact" }, { name: "Lead" }]) as Array<{
    name: string;
    fields?: string[];
    where?: string;
    limit?: number;
  }>;
  const returning = objects.map(({ name, fields = shared, where, limit }): Query => {
    const tail = `${where ? ` WHERE ${where}` : ""}${limit ? ` LIMIT ${limit}` : ""}`;
    return parseSoql(`SELECT ${fields.join(",")} FROM ${name}${tail}`);
  });
  // Here the text is plain: what is reserved in SOSL needs no escape.
  const term = q.replace(/["?&|!{}[\]()^~:\\+'-]/g, "\\$&");
  return found(call, { term, group, returning, limit: Math.min(2_000, Number(overallLimit ?? 2_000)) });
}
