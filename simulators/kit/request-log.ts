import type { IncomingHttpHeaders } from "node:http";

export interface LoggedRequest {
  at: string;
  method: string;
  /** Path and query, secrets masked. */
  path: string;
  /** 0 when the connection was cut without an answer. */
  status: number;
  ms: number;
  fault?: string;
  headers: Record<string, string>;
}

export interface RequestCounts {
  total: number;
  byStatus: Record<string, number>;
  byFault: Record<string, number>;
}

/** The last requests, oldest first, and counts over all of them. */
export interface RequestLog {
  add(
    entry: Omit<LoggedRequest, "headers" | "path" | "at"> & {
      at: number;
      target: string;
      headers: IncomingHttpHeaders;
    },
  ): void;
  list(): LoggedRequest[];
  /** `byStatus` has 0 for broken connections; `byFault` counts the trouble that was made on purpose. */
  counts(): RequestCounts;
  clear(): void;
}

const secretHeaders = new Set(["authorization", "cookie", "x-api-key", "x-api-token", "proxy-authorization"]);
const secretQuery =
  /([?&](?:hapikey|api_key|api_token|key|token|access_token|refresh_token|client_secret|code)=)[^&]*/gi;

export function createRequestLog(size = 1_000): RequestLog {
  type Raw = Parameters<RequestLog["add"]>[0];
  let ring: Raw[] = [];
  let oldest = 0;
  let total = 0;
  let byStatus: Record<string, number> = {};
  let byFault: Record<string, number> = {};

  return { add, list, counts: () => ({ total, byStatus: { ...byStatus }, byFault: { ...byFault } }), clear };

  function add(entry: Raw): void {
    total++;
    byStatus[entry.status] = (byStatus[entry.status] ?? 0) + 1;
    if (entry.fault !== undefined) byFault[entry.fault] = (byFault[entry.fault] ?? 0) + 1;
    if (ring.length < size) {
      ring.push(entry);
      return;
    }
    ring[oldest] = entry;
    oldest = (oldest + 1) % size;
  }

  function list(): LoggedRequest[] {
    return [...ring.slice(oldest), ...ring.slice(0, oldest)].map(({ at, target, headers, ...rest }) => ({
      at: new Date(at).toISOString(),
      path: target.replace(secretQuery, "$1***"),
      ...rest,
      headers: redact(headers),
    }));
  }

  function clear(): void {
    ring = [];
    oldest = 0;
    total = 0;
    byStatus = {};
    byFault = {};
  }
}

function redact(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, secretHeaders.has(name) ? "***" : String(value)]),
  );
}
