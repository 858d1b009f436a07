import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { PlatformError, type TenantId, toPlatformError } from "#core";
import type { createAudit } from "./audit.ts";
import type { Auth, Principal } from "./auth.ts";
import type { Idempotency, KeptAnswer } from "./idempotency.ts";
import { parseJsonBody } from "./json-body.ts";
import { toFieldErrors, toProblem } from "./problems.ts";
import type { CountRequest } from "./rate-limits.ts";
import type { Answer, Route } from "./route.ts";
import { allows } from "./scopes.ts";

export interface RouteDeps {
  auth: Auth;
  audit: ReturnType<typeof createAudit>;
  idempotency: Idempotency;
  count: CountRequest;
  /** For tests: each answer must fit the schema that the document promises. */
  checkReplies: boolean;
}

/** Puts the table of routes on the server: door, body, handler, audit, answer. */
export function registerRoutes(server: FastifyInstance, routes: readonly Route[], deps: RouteDeps): void {
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
      request.rawBody = body as Buffer;
      try {
        done(null, parseJsonBody(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    });
    for (const route of routes) {
      scope.route({
        method: route.method,
        url: toFastifyPath(route.path),
        ...(route.bodyLimitBytes !== undefined && { bodyLimit: route.bodyLimitBytes }),
        // Before the body is read: nobody without a key makes us parse anything.
        onRequest: (request, reply) => enter(route, request, reply, deps),
        handler: (request, reply) => answer(route, request, reply, deps),
      });
    }
    refuseOtherMethods(scope, routes);
  });
}

export function toFastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

const otherMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

function refuseOtherMethods(scope: FastifyInstance, routes: readonly Route[]): void {
  for (const [path, there] of Map.groupBy(routes, (route) => toFastifyPath(route.path))) {
    const taken = new Set<string>(there.map(({ method }) => method));
    const allowed = [...taken].join(", ");
    scope.route({
      method: otherMethods.filter((method) => !taken.has(method)),
      url: path,
      onRequest: async (request, reply) => {
        reply.header("allow", allowed);
        throw new PlatformError(
          "request.method_not_allowed",
          `${request.method} is not for this path; it takes ${allowed}.`,
        );
      },
      handler: () => {},
    });
  }
}

async function enter(route: Route, request: FastifyRequest, reply: FastifyReply, deps: RouteDeps): Promise<void> {
  const principal = await deps.auth.authenticate(request).catch(async (error) => {
    // Whoever tries keys is slowed down; whoever meets a database that is away is not.
    if (toPlatformError(error).code === "auth.unauthenticated") await deps.count("refused", request, reply);
    throw error;
  });
  request.principal = principal;
  await deps.count(route.limit ?? "key", request, reply);
  if (principal.connect && !route.takesConnectTokens)
    throw new PlatformError("auth.forbidden", "A connect token may only connect an account.");
  if (!allows(principal.scopes, route.permission))
    throw new PlatformError("auth.forbidden", `This needs a key with the scope ${route.permission}.`);
  const wanted = request.headers["tieline-tenant"];
  request.tenant = await deps.auth.tenantFor(principal, typeof wanted === "string" ? wanted : undefined);
  if (!request.tenant && route.tenant === "required")
    throw new PlatformError(
      "tenant.required",
      "This key acts for several tenants: name one with the Tieline-Tenant header.",
    );
}

async function answer(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RouteDeps,
): Promise<FastifyReply> {
  const principal = request.principal as Principal;
  const parsed = {
    principal,
    tenantId: (request.tenant?.id ?? null) as TenantId,
    params: parse(route.params, request.params, "/"),
    query: parse(route.query, request.query, "?"),
    body: parseBody(route, request.body),
    requestId: request.id,
    http: request,
    onGone: (run: () => void) => {
      reply.raw.once("close", () => {
        if (!reply.raw.writableFinished) run();
      });
    },
  };
  const key = request.headers["idempotency-key"];
  if (route.method !== "POST" || typeof key !== "string") return send(route, reply, await handle(), deps);

  const scope = `${principal.id} ${request.tenant?.id ?? "host"} ${route.method} ${route.path}`;
  const kept = await deps.idempotency.once(
    { scope, key, path: request.url, body: request.rawBody ?? Buffer.alloc(0) },
    async (): Promise<KeptAnswer> => {
      const { status = route.reply.status, headers = {}, body = null, lines } = await handle();
      if (lines) throw new PlatformError("request.invalid", "A streamed answer takes no Idempotency-Key.");
      return { status, headers, body };
    },
    (error) => {
      const problem = toProblem(error, request);
      return {
        status: problem.status,
        headers: { "content-type": "application/problem+json; charset=utf-8" },
        body: problem,
      };
    },
  );
  if (kept.isReplay) reply.header("idempotency-replayed", "true");
  return send(route, reply, kept, deps);

  async function handle(): Promise<Answer> {
    const result = await route.handle(parsed);
    if ("action" in route.audit) {
      const { subjectId = null, detail = {}, tenantId = parsed.tenantId } = result.audit ?? {};
      await deps.audit.record(tenantId, {
        actor: principal.id,
        action: route.audit.action,
        subjectKind: route.audit.subject,
        subjectId,
        detail,
        requestId: request.id,
      });
    }
    return result;
  }
}

function send(route: Route, reply: FastifyReply, answer: Answer, deps: RouteDeps): FastifyReply {
  const { status = route.reply.status, headers, body, lines, stream } = answer;
  reply.code(status);
  if (lines) {
    reply.header("content-type", "application/x-ndjson; charset=utf-8");
    return reply.send(Readable.from(toNdjson(lines)));
  }
  if (stream) {
    // Proxies that gather an answer before they pass it on would make a stream of it that never comes.
    reply.headers({ "content-type": stream.contentType, "cache-control": "no-store", "x-accel-buffering": "no" });
    return reply.send(Readable.from(stream.chunks));
  }
  if (body === undefined || body === null) {
    if (headers) reply.headers(headers);
    return reply.send();
  }
  if (deps.checkReplies && status < 400) checkReply(route, status, body);
  reply.header("content-type", "application/json; charset=utf-8");
  if (headers) reply.headers(headers);
  return reply.send(JSON.stringify(body));
}

async function* toNdjson(lines: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

function checkReply(route: Route, status: number, body: unknown): void {
  const reply = [route.reply, ...(route.alsoReplies ?? [])].find((one) => one.status === status);
  if (!reply)
    throw new PlatformError("internal.assumption", `${route.method} ${route.path} does not promise ${status}.`);
  // Strict, so that a field which the document does not name is noticed too.
  const judged = reply.schema instanceof z.ZodObject ? reply.schema.strict() : reply.schema;
  const result = judged?.safeParse(body);
  if (result && !result.success)
    throw new PlatformError("internal.assumption", `${route.method} ${route.path}: ${z.prettifyError(result.error)}`);
}

function parse(schema: z.ZodType | undefined, value: unknown, at: "?" | "/"): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (at === "/") throw new PlatformError("request.not_found", "There is no such thing here.");
  throw new PlatformError("request.invalid", "The query does not fit: see errors.", {
    errors: toFieldErrors(result.error.issues, at),
  });
}

function parseBody(route: Route, body: unknown): unknown {
  if (!route.body) return undefined;
  const { schema } = route.bodyFor ? route.bodyFor(body) : { schema: route.body };
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const errors = toFieldErrors(result.error.issues);
  throw new PlatformError(
    "request.invalid",
    `The body does not fit: ${errors[0]?.pointer || "/"} ${errors[0]?.detail}`,
    {
      errors,
    },
  );
}
