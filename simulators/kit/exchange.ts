import type { IncomingHttpHeaders } from "node:http";

/** One request as a simulator sees it. */
export interface Exchange {
  method: string;
  /** The path without its query, still percent-encoded. */
  path: string;
  /** The path as it came, query included; signatures need it. */
  target: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
}

/** What a simulator answers. An object is sent as JSON, a text or bytes as they are, `undefined` as an empty body. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export function readJson(exchange: Exchange): unknown {
  if (exchange.rawBody.length === 0) return undefined;
  return JSON.parse(exchange.rawBody.toString("utf8"));
}

/** Form fields of a body; a JSON object is read as fields too, for providers that take both. */
export function readForm(exchange: Exchange): URLSearchParams {
  const text = exchange.rawBody.toString("utf8");
  if (!text.trimStart().startsWith("{")) return new URLSearchParams(text);
  const fields = JSON.parse(text) as Record<string, unknown>;
  return new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

/** The token of `Authorization: Bearer …`, or undefined. */
export function readBearer(exchange: Exchange): string | undefined {
  return /^Bearer\s+(\S+)\s*$/i.exec(exchange.headers.authorization ?? "")?.[1];
}

/** The path's parts, decoded; a trailing slash adds none. Undefined when an escape is broken. */
export function readSegments(path: string): string[] | undefined {
  const parts = path.split("/");
  parts.shift();
  if (parts.at(-1) === "") parts.pop();
  if (!path.includes("%")) return parts;
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
