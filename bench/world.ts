import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Store } from "../tests/harness/databases.ts";
import { type Product, startProduct } from "../tests/harness/product.ts";

/** A tenant with an agent, a HubSpot account of its own, and Retell. */
export interface BenchTenant {
  key: string;
  agent: string;
  portalId: number;
  /** Where its Retell webhooks go. */
  retellPath: string;
  /** What they are signed with. */
  retellKey: string;
}

/** The product and its simulators, each a process of its own. */
export interface BenchWorld {
  product: Product;
  hubspot: Simulator;
  tenants: BenchTenant[];
  stop(): Promise<void>;
}

export interface Simulator {
  url: string;
  /** Turns one of its knobs. */
  turn<Answer = unknown>(knob: string, body: object): Promise<Answer>;
}

export interface BenchWorldOptions {
  accounts: number;
  latencyMs: number;
  /** `off`: the simulator and the product know no rate limit; `documented`: both keep to the published one. */
  limits?: "off" | "documented";
  env?: Record<string, string>;
}

export async function createBenchWorld(
  store: Store,
  { accounts, latencyMs, limits = "off", env = {} }: BenchWorldOptions,
): Promise<BenchWorld> {
  const simulators = await startSimulators();
  const { hubspot } = simulators;
  if (limits === "off") await hubspot.turn("limits", { mode: "off" });
  const planned = [];
  for (let index = 0; index < accounts; index++) {
    const { id: portalId } = await hubspot.turn<{ id: number }>("portal", {});
    const { token } = await hubspot.turn<{ token: string }>("static-token", { portalId });
    planned.push({ key: `tl_bench_${String(index).padStart(32, "0")}`, agent: `agent_${index}`, portalId, token });
  }
  const bootstrap = join(store.env.TIELINE_DATA_DIR ?? "", "bootstrap.json");
  const tenants = planned.map((tenant) => toBootstrap(tenant, simulators.retellKey));
  await writeFile(bootstrap, JSON.stringify({ tenants }));
  const starting = startProduct({
    env: {
      ...store.env,
      TIELINE_BOOTSTRAP_FILE: bootstrap,
      TIELINE_HUBSPOT_BASE_URL: hubspot.url,
      TIELINE_RETELL_BASE_URL: simulators.retellUrl,
      ...(limits === "off" && { TIELINE_HUBSPOT_RATE_LIMIT: "off" }),
      NODE_OPTIONS: "--max-semi-space-size=4 --max-old-space-size=1024", // as npm start
      ...env,
    },
  });
  const product = await starting.catch((error) => {
    simulators.process.kill(); // or it would keep this process waiting
    throw error;
  });
  await hubspot.turn("latency", { ms: latencyMs }); // the set-up has no need of it
  return {
    product,
    hubspot,
    tenants: await Promise.all(
      planned.map(async ({ token: _, ...tenant }) => ({
        ...tenant,
        retellPath: await retellPathOf(product, tenant.key),
        retellKey: simulators.retellKey,
      })),
    ),
    async stop() {
      await product.kill();
      simulators.process.kill();
    },
  };
}

function toBootstrap({ key, agent, token }: { key: string; agent: string; token: string }, retellKey: string) {
  return {
    external_id: agent.replace("agent", "tenant"),
    name: agent,
    agents: [{ external_id: agent, name: "Front desk" }],
    api_keys: [{ secret: key, scopes: ["admin"] }],
    connections: [
      { provider: "hubspot", credentials: { access_token: token } },
      { provider: "retell", credentials: { api_key: retellKey } },
    ],
  };
}

async function retellPathOf({ url }: Product, key: string): Promise<string> {
  const answer = await fetch(`${url}/v1/connections?provider=retell`, { headers: { authorization: `Bearer ${key}` } });
  const { data } = (await answer.json()) as { data: { webhook_url: string }[] };
  return new URL(data[0]?.webhook_url ?? "").pathname;
}

async function startSimulators(): Promise<{
  hubspot: Simulator;
  retellUrl: string;
  retellKey: string;
  process: ChildProcess;
}> {
  const entry = fileURLToPath(new URL("./simulator-process.ts", import.meta.url));
  const child = spawn(process.execPath, [entry], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface(child.stdout), "line");
  const { hubspotUrl, retellUrl, retellKey } = JSON.parse(String(line));
  const turn = async (knob: string, body: object) => {
    const answer = await fetch(`${hubspotUrl}/_simulator/${knob}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.json() as never;
  };
  return { hubspot: { url: hubspotUrl, turn }, retellUrl, retellKey, process: child };
}

/** How many records of a type the tenants' accounts hold. */
export async function countAt({ hubspot, tenants }: BenchWorld, type: string): Promise<number> {
  const answer = await fetch(`${hubspot.url}/_simulator/state.json`);
  const { portals } = (await answer.json()) as { portals: { id: number; counts: Record<string, number> }[] };
  const ours = new Set(tenants.map(({ portalId }) => portalId));
  return portals.filter(({ id }) => ours.has(id)).reduce((sum, { counts }) => sum + (counts[type] ?? 0), 0);
}

/** Processor seconds a process has used, from the kernel. */
export async function cpuSeconds({ process }: Product): Promise<number> {
  const stat = await readFile(`/proc/${process.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100; // utime and stime, in hundredths of a second
}

/** The most memory a process has held, in MB. */
export async function peakMemoryMb({ process }: Product): Promise<number> {
  const status = await readFile(`/proc/${process.pid}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024);
}
