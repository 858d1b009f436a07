import type { ConnectionId } from "#core";

/** What connector code sees of its connection. Never the credentials. */
export interface ConnectionView {
  id: ConnectionId;
  provider: string;
  environment: string;
  externalAccountId: string | null;
  /** Parsed by the connector's settings schema. */
  settings: Record<string, unknown>;
  /** What `setUp` learned. */
  state: Record<string, unknown>;
}

/** A request in the provider's words. Credentials, retries, limits and time-outs are the engine's. */
export interface ProviderRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the host, with its leading slash. Encode what comes from data. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as application/x-www-form-urlencoded. */
  form?: Record<string, string>;
  headers?: Record<string, string>;
  /** Which host; `api` when absent. */
  host?: "api" | "auth";
  /** The limit buckets it draws from; the connector's buckets marked `default` when absent. */
  buckets?: string[];
  /** `read` may simply be sent again. After a `write` without an answer nobody knows, so it fails with `provider.ambiguous`. */
  effect: "read" | "write";
  /** 10 seconds when absent. */
  timeoutMs?: number;
  /** Failure statuses the connector wants to see itself, as an answer. */
  accept?: number[];
}

/** An answer with a 2xx status, or one that the request said it accepts. */
export interface ProviderAnswer<Body = unknown> {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for an empty body, text for anything that is not JSON. */
  body: Body;
}

/** Bound to one connection: the only way out to the provider. */
export interface ProviderApi {
  readonly connection: ConnectionView;
  /** Throws PlatformError: what the connector's `classify` said, or `provider.network`, `provider.ambiguous`, `connection.*`. */
  send<Body = unknown>(request: ProviderRequest): Promise<ProviderAnswer<Body>>;
}

/** A failed answer, for `classify`. */
export interface ProviderFailure {
  request: ProviderRequest;
  status: number;
  headers: Headers;
  /** Parsed JSON where it is JSON, else the first 2,000 characters. */
  body: unknown;
  /** From the connector's limits: how long a refused request should wait when the answer does not say. */
  intervalMs: number;
}
