import { type ErrorCode, errorCodes, type FieldError, PlatformError } from "#core";
import { UsageError } from "./exit-codes.ts";
import type { Io } from "./io.ts";

export interface ClientOptions {
  url?: string;
  tenant?: string;
}

/** The REST API of a running server, as the commands use it. */
export interface Client {
  get<T>(path: string): Promise<T>;
  send<T>(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T>;
  /** Lines of JSON as they arrive. */
  stream<T>(path: string, body: unknown): AsyncIterable<T>;
  /** All pages of a list, up to `limit` rows. */
  list<T>(path: string, limit: number): Promise<T[]>;
}

/** The key comes by environment: on a command line it would stand in the shell's history. */
export function createClient(io: Io, { url, tenant }: ClientOptions): Client {
  const key = io.environment.TIELINE_KEY;
  if (!key) throw new UsageError("Set TIELINE_KEY to an API key of the server (see `tieline keys create --help`).");
  const base = (url ?? io.environment.TIELINE_URL ?? `http://localhost:${io.environment.PORT ?? 3000}`).replace(
    /\/+$/,
    "",
  );
  const named = tenant ?? io.environment.TIELINE_TENANT;

  return { get: (path) => json("GET", path), send: json, stream, list };

  async function json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await request(method, path, body, "application/json");
    const text = await answer.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  async function* stream<T>(path: string, body: unknown): AsyncGenerator<T> {
    const answer = await request("POST", path, body, "application/x-ndjson");
    let rest = "";
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line) yield JSON.parse(line) as T;
    }
  }

  async function list<T>(path: string, limit: number): Promise<T[]> {
    const rows: T[] = [];
    let cursor: string | null = null;
    do {
      const url = new URL(path, base);
      url.searchParams.set("limit", String(Math.min(200, limit - rows.length)));
      if (cursor) url.searchParams.set("cursor", cursor);
      const page: { data: T[]; next_cursor: string | null } = await json("GET", url.pathname + url.search);
      rows.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor && rows.length < limit);
    return rows;
  }

  async function request(method: string, path: string, body: unknown, accept: string): Promise<Response> {
    const answer = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        accept,
        ...(named && { "tieline-tenant": named }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((cause) => {
      throw new PlatformError("provider.network", `No server answers at ${base}.`, { cause });
    });
    if (!answer.ok) throw await toError(answer);
    return answer;
  }
}

async function toError(answer: Response): Promise<Error> {
  const problem = (await answer.json().catch(() => null)) as {
    code?: string;
    detail?: string;
    errors?: FieldError[];
  } | null;
  const code = problem?.code;
  if (!code || !Object.hasOwn(errorCodes, code)) return new Error(`The server answered with ${answer.status}.`);
  return new PlatformError(code as ErrorCode, problem.detail ?? "", problem.errors ? { errors: problem.errors } : {});
}
