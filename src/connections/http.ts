import { Agent, type Dispatcher } from "undici";
import { PlatformError } from "#core";

export interface HttpRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body?: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for an empty body, text for anything that is not JSON. */
  body: unknown;
}

/** No usable answer. `mayHaveArrived` is false only when surely nothing was sent. */
export class HttpFailure extends Error {
  readonly mayHaveArrived: boolean;
  readonly reason: "unreachable" | "timeout" | "cut" | "too_large" | "malformed" | "stopped";
  constructor(reason: HttpFailure["reason"], mayHaveArrived: boolean, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.reason = reason;
    this.mayHaveArrived = mayHaveArrived;
  }
}

export interface Http {
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const largestBody = 10 * 1024 * 1024;

// Name resolution, connecting and TLS come before the first byte of the request.
const beforeSending = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** HTTP with connections kept per origin, one request at a time on each; follows no redirects. */
export function createHttp({ connectionsPerHost = 32 }: { connectionsPerHost?: number } = {}): Http {
  // Above the 10 s of a request nothing of undici's own needs to end it; our timer does, to the millisecond.
  const agent = new Agent({
    connections: connectionsPerHost,
    pipelining: 1,
    keepAliveTimeout: 4_000,
    connect: { timeout: 5_000 },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { send, close: () => agent.destroy() };

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    const stop = new AbortController();
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      stop.abort();
    }, request.timeoutMs);
    const onStop = () => stop.abort();
    if (request.signal?.aborted) stop.abort();
    request.signal?.addEventListener("abort", onStop, { once: true });
    const wasSent = !stop.signal.aborted;
    try {
      const { url } = request;
      const answer = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method as Dispatcher.HttpMethod,
        headers: request.headers,
        body: request.body ?? null,
        signal: stop.signal,
      });
      return await read(answer);
    } catch (error) {
      if (error instanceof HttpFailure) throw error;
      if (timedOut) throw new HttpFailure("timeout", true, `no answer within ${request.timeoutMs} ms`, error);
      if (stop.signal.aborted) throw new HttpFailure("stopped", wasSent, "the work was stopped", error);
      throw toFailure(error);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", onStop);
    }
  }
}

async function read({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop by a throw closes the connection too.
    if (size > largestBody) throw new HttpFailure("too_large", true, "the answer is larger than 10 MB");
    chunks.push(chunk);
  }
  const text = (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString("utf8");
  const answerHeaders = toHeaders(headers);
  return { status: statusCode, headers: answerHeaders, body: parse(text, statusCode, answerHeaders) };
}

function parse(text: string, status: number, headers: Headers): unknown {
  if (text === "") return undefined;
  if (!/[/+]json\b/i.test(headers.get("content-type") ?? "")) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    // A fault page with the wrong label is still a fault that its status describes.
    if (status >= 400) return text;
    throw new HttpFailure("malformed", true, "the answer says it is JSON and is not", cause);
  }
}

function toHeaders(raw: Dispatcher.ResponseData["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) headers.append(name, item);
  }
  return headers;
}

function toFailure(error: unknown): Error {
  const code = codeOf(error);
  // A header or path that cannot be sent: its text stays out of the message, for it may be a credential.
  if (code === "UND_ERR_INVALID_ARG")
    return new PlatformError("internal.assumption", "A request could not be put into HTTP.");
  const isEarly = beforeSending.has(code) || /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code);
  return isEarly
    ? new HttpFailure("unreachable", false, `it cannot be reached (${code})`, error)
    : new HttpFailure("cut", true, `the connection was cut (${code || "no code"})`, error);
}

function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError) return codeOf(at.errors[0]);
  }
  return "";
}
