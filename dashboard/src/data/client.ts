import type { Problem } from "./types.ts";

/** A request that did not do what it was asked to, with the server's own explanation. */
export class ApiError extends Error {
  problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ApiError";
    this.problem = problem;
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;

export interface Options {
  query?: Query;
  body?: unknown;
  /** The version the change was made from; the server refuses it when somebody was faster. */
  ifMatch?: string | null;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** What an answer says, and the version it says it of. */
export interface Versioned<T> {
  value: T;
  etag: string | null;
}

export interface Api {
  tenant: string | null;
  get<T>(path: string, options?: Options): Promise<T>;
  getVersioned<T>(path: string, options?: Options): Promise<Versioned<T>>;
  post<T>(path: string, body?: unknown, options?: Options): Promise<T>;
  patch<T>(path: string, body: unknown, options?: Options): Promise<T>;
  delete<T>(path: string, options?: Options): Promise<T>;
  /** Each line of a streamed answer, as it comes. */
  lines(path: string, body: unknown, options?: Options): AsyncGenerator<unknown>;
  /** A streamed text, in the pieces it comes in. */
  text(path: string, options?: Options): AsyncGenerator<string>;
}

/** Requests for one tenant; a host key says with each of them whom it acts for. */
export function createApi(tenant: string | null): Api {
  return {
    tenant,
    get: async <T>(path: string, options?: Options) => (await json<T>("GET", path, options)).value,
    getVersioned: <T>(path: string, options?: Options) => json<T>("GET", path, options),
    post: async <T>(path: string, body?: unknown, options?: Options) =>
      (await json<T>("POST", path, { ...options, body: body ?? {} })).value,
    patch: async <T>(path: string, body: unknown, options?: Options) =>
      (await json<T>("PATCH", path, { ...options, body })).value,
    delete: async <T>(path: string, options?: Options) => (await json<T>("DELETE", path, options)).value,
    lines,
    text: async function* (path, options = {}) {
      yield* piecesOf(await send("GET", path, options, "text/event-stream"));
    },
  };

  async function json<T>(method: string, path: string, options: Options = {}): Promise<Versioned<T>> {
    const response = await send(method, path, options, "application/json");
    const text = await response.text();
    return { value: (text ? JSON.parse(text) : null) as T, etag: response.headers.get("etag") };
  }

  async function* lines(path: string, body: unknown, options: Options = {}): AsyncGenerator<unknown> {
    const response = await send("POST", path, { ...options, body }, "application/x-ndjson");
    let rest = "";
    for await (const piece of piecesOf(response)) {
      const whole = (rest + piece).split("\n");
      rest = whole.pop() ?? "";
      for (const line of whole) if (line.trim()) yield JSON.parse(line);
    }
    if (rest.trim()) yield JSON.parse(rest);
  }

  async function send(method: string, path: string, options: Options, accept: string): Promise<Response> {
    const headers: Record<string, string> = { accept, ...options.headers };
    if (tenant) headers["tieline-tenant"] = tenant;
    if (method !== "GET") headers["tieline-session"] = "1";
    // A stream cannot be stored and answered a second time.
    if (method === "POST" && accept === "application/json") headers["idempotency-key"] = randomKey();
    if (options.ifMatch) headers["if-match"] = options.ifMatch;
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (options.signal) init.signal = options.signal;
    if (options.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
    let response: Response;
    try {
      response = await fetch(withQuery(path, options.query), init);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(unreachable(path));
    }
    if (response.ok) return response;
    throw new ApiError(await problemOf(response, path));
  }
}

async function* piecesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      yield decoder.decode(part.value, { stream: true });
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function withQuery(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  return parameters.size > 0 ? `${path}?${parameters}` : path;
}

// `crypto.randomUUID` is missing on plain http beyond localhost, where small installations run.
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function problemOf(response: Response, path: string): Promise<Problem> {
  const body = (await response.json().catch(() => null)) as Partial<Problem> | null;
  return {
    type: "about:blank",
    title: `The server answered ${response.status}.`,
    status: response.status,
    detail: `The server answered ${response.status} without saying why.`,
    instance: path,
    code: `http.${response.status}`,
    request_id: response.headers.get("x-request-id") ?? "",
    cause_class: "internal",
    retryable: response.status >= 500,
    action: "Try again; if it stays like this, ask whoever runs this server.",
    ...body,
  };
}

function unreachable(path: string): Problem {
  return {
    type: "about:blank",
    title: "The server cannot be reached.",
    status: 0,
    detail: "The server cannot be reached, so nothing was loaded or changed.",
    instance: path,
    code: "network.unreachable",
    request_id: "",
    cause_class: "network",
    retryable: true,
    action: "Check the network connection, then try again.",
  };
}

/** Any failure as a problem: what the pages show. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return {
    ...unreachable(location.pathname),
    title: "This page cannot show the answer.",
    detail:
      error instanceof Error ? `This page cannot show the answer: ${error.message}` : "The answer is not readable.",
    code: "internal.page",
    cause_class: "internal",
    action: "Reload the page.",
  };
}
