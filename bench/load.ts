import { Pool } from "undici";

export interface LoadReport {
  requests: number;
  /** Answers that were not 2xx. */
  failed: number;
  per_second: number;
  p50_ms: number;
  p99_ms: number;
}

export interface LoadRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** Sends `total` requests over `connections` connections, each as soon as its last one is answered. */
export async function load(
  origin: string,
  { total, connections, request }: { total: number; connections: number; request: (index: number) => LoadRequest },
): Promise<LoadReport> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const times: number[] = [];
  let next = 0;
  let failed = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < total) {
        const { path, headers, body } = request(next++);
        const sentAt = performance.now();
        const answer = await pool.request({
          method: "POST",
          path,
          headers: { "content-type": "application/json", ...headers },
          body,
        });
        await answer.body.dump();
        times.push(performance.now() - sentAt);
        if (answer.statusCode >= 300) failed++;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  return {
    requests: total,
    failed,
    per_second: Math.round(total / seconds),
    p50_ms: percentile(times, 0.5),
    p99_ms: percentile(times, 0.99),
  };
}

/** The value below which that share of the values lies, to a tenth. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return Math.round(value * 10) / 10;
}
