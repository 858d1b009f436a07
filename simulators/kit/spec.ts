import { existsSync, readFileSync } from "node:fs";

interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  nullable?: boolean;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  not?: Schema;
}

interface Operation {
  responses: Record<string, { $ref?: string; content?: Record<string, { schema?: Schema }> }>;
}

/** An OpenAPI document that answers can be held against. */
export interface Spec {
  /** What is wrong with an answer, as `path: reason`; empty when nothing is. */
  check(method: string, pattern: string, status: number, body: unknown): string[];
}

/**
 * Reads a provider's OpenAPI document from the folder of reference documents beside the repository.
 * Undefined when that folder is not there: the documents are the providers' own and are not kept in the repository.
 */
export function openSpec(name: string): Spec | undefined {
  const file = new URL(`../../../shared/specs/${name}`, import.meta.url);
  if (!existsSync(file)) return undefined;
  const document = JSON.parse(readFileSync(file, "utf8"));
  return { check };

  function check(method: string, pattern: string, status: number, body: unknown): string[] {
    const operation: Operation | undefined = document.paths[pattern]?.[method.toLowerCase()];
    if (!operation) return [`${method} ${pattern} is not in ${name}`];
    const found = operation.responses[status] ?? (status >= 400 ? operation.responses.default : undefined);
    if (!found) return [`${method} ${pattern}: status ${status} is not in ${name}`];
    const response = found.$ref === undefined ? found : resolve(found.$ref);
    const schema: Schema | undefined = Object.values((response.content ?? {}) as Record<string, { schema?: Schema }>)[0]
      ?.schema;
    return schema ? problems(schema, body, "body") : [];
  }

  function resolve(ref: string) {
    return ref
      .slice(2)
      .split("/")
      .reduce((node, part) => node[part], document);
  }

  function problems(given: Schema, value: unknown, at: string): string[] {
    const schema: Schema = given.$ref === undefined ? given : resolve(given.$ref);
    if (value === null) return schema.nullable || schema.type === undefined ? [] : [`${at}: null is not allowed`];
    const found = [
      ...(schema.allOf ?? []).flatMap((part) => problems(part, value, at)),
      ...oneOf(schema.oneOf ?? schema.anyOf, value, at),
    ];
    if (schema.not && problems(schema.not, value, at).length === 0) found.push(`${at}: has a form that is ruled out`);
    if (schema.enum && !schema.enum.includes(value))
      found.push(`${at}: ${String(value)} is not one of ${schema.enum.join(", ")}`);
    if (schema.type && !hasType(schema.type, value)) return [...found, `${at}: is not of type ${schema.type}`];
    if (Array.isArray(value)) {
      return [
        ...found,
        ...value.flatMap((item, index) => (schema.items ? problems(schema.items, item, `${at}[${index}]`) : [])),
      ];
    }
    if (typeof value !== "object") return found;
    const fields = value as Record<string, unknown>;
    for (const name of schema.required ?? []) if (fields[name] === undefined) found.push(`${at}.${name}: is required`);
    for (const [name, field] of Object.entries(fields)) {
      const extra = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
      const rule = schema.properties?.[name] ?? extra;
      if (rule && field !== undefined) found.push(...problems(rule, field, `${at}.${name}`));
    }
    return found;
  }

  function oneOf(choices: Schema[] | undefined, value: unknown, at: string): string[] {
    if (!choices) return [];
    const results = choices.map((choice) => problems(choice, value, at));
    return results.some((result) => result.length === 0) ? [] : (results.sort((a, b) => a.length - b.length)[0] ?? []);
  }
}

function hasType(type: string, value: unknown): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && !Array.isArray(value);
  return typeof value === type;
}
