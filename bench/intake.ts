import { createHmac, randomUUID } from "node:crypto";
import { createEmbeddedStore, createPostgresStore } from "../tests/harness/databases.ts";
import { finishedCall } from "./finished-call.ts";
import { measureFloors } from "./floors.ts";
import { type LoadRequest, load } from "./load.ts";
import { type BenchOptions, ratio } from "./report.ts";
import { cpuSeconds, createBenchWorld, peakMemoryMb } from "./world.ts";

/** How many finished calls and signed webhooks a second are taken durably, load generator and database on the same machine. */
export async function benchIntake({ engine, serverUrl, quick, report }: BenchOptions): Promise<void> {
  const total = quick ? 2_000 : 20_000;
  const floors = await measureFloors(JSON.stringify({ call: finishedCall(0, "agent_0") }), serverUrl);
  report.add(engine, "floors", { ...floors });

  const store = engine === "postgres" ? await createPostgresStore(serverUrl) : await createEmbeddedStore();
  // On PostgreSQL without workers: what is measured is the door. The embedded database belongs to one process, which does both.
  const world = await createBenchWorld(store, {
    accounts: 1,
    latencyMs: 0,
    env: engine === "postgres" ? { TIELINE_ROLE: "api" } : {},
  });
  const [tenant] = world.tenants;
  if (!tenant) throw new Error("No tenant.");
  try {
    const run = randomUUID().slice(0, 8);
    const apiCall = (index: number): LoadRequest => ({
      path: "/v1/calls",
      headers: { authorization: `Bearer ${tenant.key}` },
      body: JSON.stringify({ call: { ...finishedCall(index, tenant.agent), call_id: `${run}_${index}` } }),
    });
    const webhook = (index: number): LoadRequest => {
      const body = JSON.stringify({
        event: "call_analyzed",
        call: {
          call_id: `${run}_w${index}`,
          agent_id: tenant.agent,
          call_status: "ended",
          direction: "inbound",
          from_number: "+14079780655",
          to_number: "+14075550100",
          call_analysis: { call_summary: "Wants a roof inspection" },
        },
      });
      const now = Date.now();
      return {
        path: tenant.retellPath,
        headers: {
          "x-retell-signature": `v=${now},d=${createHmac("sha256", tenant.retellKey).update(body).update(String(now)).digest("hex")}`,
        },
        body,
      };
    };
    for (const [what, request] of [
      ["POST /v1/calls", apiCall],
      ["signed Retell webhook", webhook],
    ] as const) {
      await load(world.product.url, {
        total: total / 10,
        connections: 64,
        request: (index) => request(index + 1_000_000),
      }); // warm
      const cpuBefore = await cpuSeconds(world.product);
      const result = await load(world.product.url, { total, connections: 64, request });
      const cpu = (await cpuSeconds(world.product)) - cpuBefore;
      report.add(engine, what, {
        ...result,
        cpu_ms_each: Math.round((cpu / total) * 1_000_00) / 100,
        peak_memory_mb: await peakMemoryMb(world.product),
        of_bare_http: ratio(result.per_second, floors.bare_http_per_second),
        of_one_insert: ratio(result.per_second, floors.one_insert_per_second),
      });
    }
  } finally {
    await world.stop();
    await store.remove();
  }
}
