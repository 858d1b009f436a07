import { refuse } from "./errors.ts";
import type { Field, Value } from "./fields.ts";
import type { Org } from "./org.ts";
import { parseReturning, type Query } from "./soql-parse.ts";
import { attributes, matchRows, plan, viewRow } from "./soql-run.ts";
import type { Row } from "./table.ts";

export const searchGroups = ["ALL", "NAME", "EMAIL", "PHONE"] as const;
export type SearchGroup = (typeof searchGroups)[number];

export interface Search {
  term: string;
  group: SearchGroup;
  returning: Query[];
  limit: number;
}

const malformedSearch = (message: string) => refuse(400, "MALFORMED_SEARCH", message);

/** Reads `FIND {…} IN … FIELDS RETURNING Object(fields …), … LIMIT n`. */
export function parseSosl(text: string): Search {
  const head = /^\s*FIND\s*\{((?:[^}\\]|\\.)*)\}\s*(?:IN\s+(\w+)\s+FIELDS\s*)?/i.exec(text);
  if (!head) throw malformedSearch("line 1:0 no viable alternative: a search begins with FIND {…}");
  const group = (head[2] ?? "ALL").toUpperCase() as SearchGroup;
  if (!searchGroups.includes(group)) throw malformedSearch(`unexpected token: ${head[2]}`);
  const rest = text.slice(head[0].length);
  const tail = /^(?:RETURNING\s+(.*?))?\s*(?:LIMIT\s+(\d+))?\s*$/is.exec(rest);
  if (!tail) throw malformedSearch(`unexpected token: ${rest.split(/\s/)[0]}`);
  const limit = Math.min(Number(tail[2] ?? 2_000), 2_000);
  return { term: head[1] ?? "", group, returning: readReturning(tail[1] ?? "Account,Contact,Lead,Opportunity"), limit };
}

function readReturning(text: string): Query[] {
  const parts = text.match(/\w+\s*(?:\((?:[^()']|'(?:[^'\\]|\\.)*'|\([^)]*\))*\))?/g);
  if (!parts || parts.join("").replace(/\s/g, "").length !== text.replace(/[\s,]/g, "").length + commasIn(parts)) {
    throw malformedSearch(`unexpected token in RETURNING: ${text}`);
  }
  return parts.map((part) => {
    const [, object = "", inside] = /^(\w+)\s*(?:\((.*)\))?$/s.exec(part.trim()) ?? [];
    return parseReturning(object, inside?.trim() || "Id");
  });
}

// Commas inside the brackets were counted out of the whole text too.
function commasIn(parts: string[]): number {
  return parts.join("").split(",").length - 1;
}

export function runSearch(org: Org, version: string, search: Search): Array<Record<string, unknown>> {
  const matches = readTerm(search);
  const indexedUpTo = org.base.clock.now() - org.searchLagMs();
  const results: Array<Record<string, unknown>> = [];
  for (const query of search.returning) {
    const prepared = plan(org, query);
    const fields = [...prepared.table.type.fields.values()].filter((field) => isSearched(field, search.group));
    for (const row of matchRows(org, prepared, false)) {
      const values = indexed(row, indexedUpTo);
      if (!values || !matches(fields, values)) continue;
      const isBare = query.fields.length === 1 && query.fields[0] === "Id";
      results.push(
        isBare
          ? { attributes: attributes(version, prepared.table.type.name, row.id), Id: row.id }
          : viewRow(org, version, prepared, row),
      );
      if (results.length >= search.limit) return results;
    }
  }
  return results;
}

function readTerm({ term, group }: Search): (fields: Field[], values: Record<string, Value>) => boolean {
  if (/(^|[^\\])["?&|!{}[\]()^~:+'-]/.test(term.replace(/^"|"$/g, ""))) {
    throw malformedSearch(`The reserved characters in the search term are to be escaped: ${term}`);
  }
  const plain = term.replace(/\\(.)/g, "$1").replace(/^"|"$/g, "").trim();
  if (plain.replace(/[*?]/g, "").length < 2)
    throw malformedSearch(`search term must be longer than one character: ${plain}`);
  const digits = plain.replace(/\D/g, "");
  const looksLikePhone = digits.length >= 2 && /^[\d\s()+.*-]+$/.test(plain);
  const words = plain.toLowerCase().split(/\s+/);
  return (fields, values) =>
    fields.some((field) => {
      const text = String(values[field.name] ?? "");
      if (text === "") return false;
      if (field.type === "phone" && looksLikePhone) return text.replace(/\D/g, "").endsWith(digits);
      if (group === "PHONE") return false;
      const tokens = text.toLowerCase().split(/[\s,;.@-]+/);
      return words.every((word) => tokens.some((token) => hasWord(token, word)) || text.toLowerCase() === word);
    });
}

function hasWord(token: string, word: string): boolean {
  return word.endsWith("*") ? token.startsWith(word.slice(0, -1)) : token === word;
}

function isSearched({ type, name, custom }: Field, group: SearchGroup): boolean {
  if (group === "PHONE") return type === "phone";
  if (group === "EMAIL") return type === "email";
  if (group === "NAME") return ["Name", "FirstName", "LastName", "Company", "Subject", "Title"].includes(name);
  return ["string", "phone", "email", "url", "textarea"].includes(type) || (custom && type === "picklist");
}

/** What the index knows of a row; undefined when it has not seen it yet. */
function indexed(row: Row, upTo: number): Record<string, Value> | undefined {
  return row.versions.findLast(({ at }) => at <= upTo)?.values;
}
