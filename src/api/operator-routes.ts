import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PlatformError } from "#core";
import type { ApiMetrics } from "./metrics.ts";
import type { CountRequest } from "./rate-limits.ts";

/** One thing that must be there for the process to be of use. Throws, or answers what it saw. */
export interface ReadyCheck {
  name: string;
  check(): Promise<string>;
}

interface OperatorDeps {
  version: string;
  readyChecks: readonly ReadyCheck[];
  /** Null: no external cron, and no route for one. */
  cronSecret: string | null;
  /** Runs one entry of the timetable; null when there is none of that name. */
  runTimetable(job: string): Promise<string | null>;
  metricsToken: string | null;
  metrics: ApiMetrics;
  count: CountRequest;
  isStopping(): boolean;
}

/** What whoever operates the process asks it. */
export function registerOperatorRoutes(server: FastifyInstance, deps: OperatorDeps): void {
  const { version, readyChecks, cronSecret, runTimetable, metricsToken, metrics, count, isStopping } = deps;
  const limited = (request: FastifyRequest, reply: FastifyReply) => count("address", request, reply);

  server.get("/healthz", async () => ({ status: "ok", version, checks: [] }));

  server.get("/readyz", async (_request, reply) => {
    const checks = await Promise.all(readyChecks.map(runCheck));
    if (isStopping()) checks.push({ name: "process", ok: false, detail: "The process is stopping." });
    const isReady = checks.every(({ ok }) => ok);
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? "ok" : "failing", version, checks });
  });

  server.get("/metrics", { onRequest: limited }, async (request, reply) => {
    requireSecret(request, metricsToken);
    return reply.header("content-type", metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Cron services send all sorts of bodies, or none; nothing in them matters.
    scope.addContentTypeParser("*", (_request, payload, done) => {
      payload.resume();
      payload.once("end", () => done(null, undefined));
    });
    scope.post<{ Params: { job: string } }>("/v1/timetable/:job/run", { onRequest: limited }, async (request) => {
      requireSecret(request, cronSecret);
      const { job } = request.params;
      const detail = await runTimetable(job);
      if (detail === null) throw new PlatformError("request.not_found", "The timetable has no such job.");
      return { job, started: true, detail };
    });
  });
}

async function runCheck({ name, check }: ReadyCheck): Promise<{ name: string; ok: boolean; detail: string }> {
  try {
    return { name, ok: true, detail: await check() };
  } catch {
    return { name, ok: false, detail: "Not available; see the log." };
  }
}

/** A route whose secret is not set is not there. */
function requireSecret(request: FastifyRequest, secret: string | null): void {
  if (!secret) throw new PlatformError("request.not_found", "There is no such path.");
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  // Hashed, so that both are of one length, and compared without telling where they differ.
  if (!timingSafeEqual(sha256(given), sha256(secret)))
    throw new PlatformError("auth.unauthenticated", "The bearer secret of this route is missing or wrong.");
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
