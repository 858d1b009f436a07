import { Counter, collectDefaultMetrics, Histogram, type Registry } from "prom-client";
import type { Metrics } from "#connections";

/** Requests to providers, and the process's own figures. */
export function createProviderMetrics(registry: Registry): Metrics {
  const requests = new Counter({
    name: "tieline_provider_requests_total",
    help: "Requests to providers by result: ok or an error code.",
    labelNames: ["provider", "effect", "result"] as const,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "tieline_provider_request_seconds",
    help: "Time of requests to providers.",
    labelNames: ["provider", "effect"] as const,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return {
    request({ provider, effect, result, ms }) {
      requests.inc({ provider, effect, result });
      seconds.observe({ provider, effect }, ms / 1000);
    },
  };
}

export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
}
