import { createEmbeddedStore, createPostgresStore } from "../tests/harness/databases.ts";
import { finishedCall } from "./finished-call.ts";
import { load, percentile } from "./load.ts";
import type { BenchOptions, Report } from "./report.ts";
import { type BenchWorld, countAt, cpuSeconds, createBenchWorld, peakMemoryMb } from "./world.ts";

/** From an accepted call to its note in the CRM: how many a second, and how long one takes; the rate budget lifted. */
export async function benchCalls({ engine, serverUrl, quick, report }: BenchOptions): Promise<void> {
  for (const latencyMs of [0, 50, 150]) {
    const store = engine === "postgres" ? await createPostgresStore(serverUrl) : await createEmbeddedStore();
    const world = await createBenchWorld(store, { accounts: 4, latencyMs });
    try {
      await oneByOne(world, { engine, latencyMs, total: quick ? 10 : 60, report });
      await burst(world, { engine, latencyMs, total: quick ? 400 : 4_000, report });
      report.add(engine, `memory, provider ${latencyMs} ms`, { peak_memory_mb: await peakMemoryMb(world.product) });
    } finally {
      await world.stop();
      await store.remove();
    }
  }
}

interface Run {
  engine: string;
  latencyMs: number;
  total: number;
  report: Report;
}

async function burst(world: BenchWorld, { engine, latencyMs, total, report }: Run): Promise<void> {
  const before = await countAt(world, "notes");
  const cpuBefore = await cpuSeconds(world.product);
  const startedAt = performance.now();
  const sent = await load(world.product.url, { total, connections: 32, request: (index) => callRequest(world, index) });
  while ((await countAt(world, "notes")) - before < total) await pause(50);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = (await cpuSeconds(world.product)) - cpuBefore;
  report.add(engine, `burst of ${total}, provider ${latencyMs} ms`, {
    calls_per_second: Math.round(total / seconds),
    accepted_per_second: sent.per_second,
    failed: sent.failed,
    cpu_ms_per_call: Math.round((cpu / total) * 100_000) / 100,
  });
}

/** With nothing else to do: how long from the answer to the host app until the note is there. */
async function oneByOne(world: BenchWorld, { engine, latencyMs, total, report }: Run): Promise<void> {
  const times: number[] = [];
  for (let index = 0; index < total; index++) {
    const before = await countAt(world, "notes");
    await load(world.product.url, { total: 1, connections: 1, request: () => callRequest(world, 5_000_000 + index) });
    const acceptedAt = performance.now();
    while ((await countAt(world, "notes")) === before) await pause(2);
    times.push(performance.now() - acceptedAt);
  }
  report.add(engine, `one call, provider ${latencyMs} ms`, {
    accept_to_note_p50_ms: percentile(times, 0.5),
    p95_ms: percentile(times, 0.95),
    p99_ms: percentile(times, 0.99),
    three_round_trips_and_30_ms: 3 * latencyMs + 30,
  });
}

function callRequest({ tenants }: BenchWorld, index: number) {
  const tenant = tenants[index % tenants.length];
  if (!tenant) throw new Error("No tenant.");
  const call = finishedCall(index, tenant.agent);
  return { path: "/v1/calls", headers: { authorization: `Bearer ${tenant.key}` }, body: JSON.stringify({ call }) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
