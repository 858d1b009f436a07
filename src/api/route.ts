import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { ErrorCode, TenantId } from "#core";
import type { Principal } from "./auth.ts";
import type { Scope } from "./contract/session.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** A request that passed the door: who sends it, for which tenant, and its parsed parts. */
export interface ApiRequest<Params, Query, Body> {
  principal: Principal;
  /** Set where the route needs a tenant; null where it may go without. */
  tenantId: TenantId;
  params: Params;
  query: Query;
  body: Body;
  requestId: string;
  /** The HTTP request, for the few routes that read headers. */
  http: FastifyRequest;
  /** Runs when the caller leaves before the answer is complete. */
  onGone(run: () => void): void;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** Lines of JSON in place of a body. */
  lines?: AsyncIterable<unknown>;
  /** Text as it comes, in place of a body. */
  stream?: { contentType: string; chunks: AsyncIterable<string> };
  /** Fills the audit entry; `tenantId` where it is not the request's own. */
  audit?: { subjectId: string | null; detail?: Record<string, unknown>; tenantId?: TenantId | null };
}

/** One route: data, and what it does. The document, the door and the tests all read the data. */
export interface Route {
  method: Method;
  /** `/v1/connections/{id}` */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /** The scope a key needs; `any` for every valid key. */
  permission: Scope | "any";
  tenant: "required" | "optional";
  /** Connect tokens may come in here; the handler narrows what they reach. */
  takesConnectTokens?: true;
  /** The audit action, or why there is none. */
  audit: { action: string; subject: string } | { none: string };
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Which schema a body is judged by, where the route takes several shapes. */
  bodyFor?(body: unknown): { schema: z.ZodType };
  reply: { status: number; description: string; schema: z.ZodType | null; contentType?: string };
  /** Other good answers. */
  alsoReplies?: { status: number; description: string; schema: z.ZodType | null; contentType?: string }[];
  errors: ErrorCode[];
  examples?: { query?: string; body?: unknown; reply?: unknown };
  /** `intake` is what machines send in bulk. */
  limit?: "intake";
  /** The answer goes on until either side leaves. */
  streams?: true;
  bodyLimitBytes?: number;
  // biome-ignore lint/suspicious/noExplicitAny: `defineRoute` has checked the handler against the schemas.
  handle(request: ApiRequest<any, any, any>): Promise<Answer>;
}

/** Checks a handler against its schemas. */
export function defineRoute<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(
  route: Omit<Route, "params" | "query" | "body" | "handle"> & {
    params?: P;
    query?: Q;
    body?: B;
    handle(request: ApiRequest<z.output<P>, z.output<Q>, z.output<B>>): Promise<Answer>;
  },
): Route {
  return route as Route;
}
