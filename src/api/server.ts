import rateLimit from "@fastify/rate-limit";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { newId, toPublicId } from "#core";
import type { Principal, TenantRow } from "./auth.ts";
import { toProblem } from "./problems.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who sends it; null before the door and on public routes. */
    principal: Principal | null;
    tenant: TenantRow | null;
    /** The body as it came, for signatures and for Idempotency-Key. */
    rawBody: Buffer | null;
  }
}

export interface ServerOptions {
  /** `https://…` of the installation as the world sees it. */
  publicUrl: string;
  /** Addresses of proxies whose X-Forwarded-For is believed; none when empty. */
  trustedProxies: string[];
  logger: FastifyBaseLogger;
  onUnexpected(error: unknown, request: FastifyRequest): void;
  /** Told of every route, in the spelling of the document. */
  onRoute?(method: string, path: string): void;
}

export const defaultBodyLimitBytes = 1_048_576; // a transcript of two hours is some 150 kB

/** The HTTP server without routes: ids, headers, problems, and no body read before its route says how. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const server = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger per request would cost more than most requests; what we log names its request id itself.
    childLoggerFactory: (logger) => logger,
    trustProxy: options.trustedProxies.length > 0 ? options.trustedProxies : false,
    bodyLimit: defaultBodyLimitBytes,
    requestTimeout: 60_000, // a client that trickles its request in does not hold a socket for ever
    keepAliveTimeout: 72_000, // longer than the usual 60 s of load balancers, which must be the first to close
    forceCloseConnections: "idle",
    genReqId: () => toPublicId("request", newId("call")),
    routerOptions: { maxParamLength: 8_000, ignoreDuplicateSlashes: false },
    // A path that cannot be decoded never reaches a route.
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request as FastifyRequest, reply as FastifyReply);
    },
  });
  server.decorateRequest("principal", null);
  server.decorateRequest("tenant", null);
  server.decorateRequest("rawBody", null);

  server.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat()) options.onRoute?.(one, url.replaceAll(/:(\w+)/g, "{$1}"));
  });
  const headers = securityHeaders(options.publicUrl.startsWith("https:"));
  server.addHook("onRequest", (request, reply, done) => {
    reply.headers(headers);
    reply.header("x-request-id", request.id);
    const { traceparent } = request.headers;
    if (typeof traceparent === "string" && /^[0-9a-f]{2}(-[0-9a-f]+){3}$/.test(traceparent))
      reply.header("traceparent", traceparent);
    done();
  });
  server.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  await server.register(rateLimit, { global: false });
  return server;

  function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply) {
    const problem = toProblem(error, request);
    if (problem.status >= 500) options.onUnexpected(error, request);
    if (problem.retry_after !== undefined) reply.header("retry-after", problem.retry_after);
    if (problem.status === 401) reply.header("www-authenticate", "Bearer");
    reply.code(problem.status).header("content-type", "application/problem+json; charset=utf-8");
    return reply.send(JSON.stringify(problem));
  }
}

function securityHeaders(isHttps: boolean): Record<string, string> {
  return {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin-allow-popups",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    ...(isHttps && { "strict-transport-security": "max-age=31536000" }),
  };
}
