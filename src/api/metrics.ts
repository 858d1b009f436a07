import type { FastifyInstance } from "fastify";
import { Counter, Histogram, Registry } from "prom-client";

/** What the process measures of itself; `registry` takes the metrics of others too. */
export function createApiMetrics(registry: Registry = new Registry()) {
  const requests = new Counter({
    name: "tieline_http_requests_total",
    help: "Requests by route and status.",
    labelNames: ["method", "route", "status"] as const,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "tieline_http_request_seconds",
    help: "Time from the request's head to the answer's end.",
    labelNames: ["method", "route"] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  return {
    registry,
    observe(server: FastifyInstance): void {
      server.addHook("onResponse", (request, reply, done) => {
        // The pattern, not the path: ids in labels would grow without end.
        const route = request.routeOptions.url ?? "unknown";
        requests.inc({ method: request.method, route, status: reply.statusCode });
        seconds.observe({ method: request.method, route }, reply.elapsedTime / 1000);
        done();
      });
    },
  };
}

export type ApiMetrics = ReturnType<typeof createApiMetrics>;
