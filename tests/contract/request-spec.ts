import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { ProviderRequest } from "#connector-kit";

type JsonSchema = Record<string, unknown>;
interface Document {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: JsonSchema }> } }>>;
  components?: { schemas?: Record<string, JsonSchema> };
}

/** A provider's OpenAPI documents that our requests can be held against. */
export interface RequestSpec {
  /** What is wrong with a request; empty when nothing is. */
  check(request: ProviderRequest): string[];
}

/** Undefined when the providers' reference documents are not beside the repository: they are theirs, and not kept in it. */
export function openRequestSpec(...names: string[]): RequestSpec | undefined {
  const files = names.map((name) => new URL(`../../../shared/specs/${name}`, import.meta.url));
  if (!files.every((file) => existsSync(file))) return undefined;
  const documents = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as Document);
  return { check };

  function check({ method, path, json, form }: ProviderRequest): string[] {
    for (const { paths, components } of documents) {
      const operation = findPattern(Object.keys(paths), path).map((pattern) => paths[pattern]?.[method.toLowerCase()]);
      const [found] = operation.filter((one) => one !== undefined);
      if (!found) continue;
      const [schema] = Object.values(found.requestBody?.content ?? {}).map((content) => content.schema);
      if (!schema) return json === undefined && form === undefined ? [] : [`${method} ${path} takes no body`];
      const problems = toZod(schema, components?.schemas ?? {}).safeParse(json ?? form).error?.issues ?? [];
      return problems.map(({ path: at, message }) => `${method} ${path}: ${at.join(".")} ${message}`);
    }
    return [`${method} ${path} is in none of ${names.join(", ")}`];
  }
}

/** The patterns a path fits, the one with the fewest placeholders first. */
function findPattern(patterns: string[], path: string): string[] {
  const holes = (pattern: string) => pattern.split("{").length;
  return patterns
    .filter((pattern) => new RegExp(`^${pattern.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`).test(path))
    .sort((a, b) => holes(a) - holes(b));
}

/** Exact: a field that the documents do not name is a mistake of ours. */
function toZod(schema: JsonSchema, definitions: Record<string, JsonSchema>): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: definitions }).replaceAll("#/components/schemas/", "#/$defs/");
  const exact = JSON.parse(text, (_name, value) =>
    value?.type === "object" && value.properties && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  );
  return z.fromJSONSchema(exact);
}
