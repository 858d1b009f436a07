import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHubSpotSimulator } from "#simulators/hubspot";
import { readCallReference } from "../../src/connector-kit/reference.ts";
import { createEmbeddedStore, createPostgresStore } from "../harness/databases.ts";
import { EndedEarly, freePort, type Product, startProduct } from "../harness/product.ts";
import { createDice, type Dice } from "./dice.ts";
import { type KillPoint, killPoints, passesOf } from "./kill-points.ts";

export interface CallsChaosReport {
  chaos: "calls";
  engine: string;
  seed: number;
  /** Calls that were answered with 2xx. */
  accepted: number;
  /** Accepted calls without a note at the provider. */
  lost: number;
  /** Notes too many, and contacts too many. */
  duplicated: number;
  kills: number;
  kills_by_point: Record<string, number>;
  answers_dropped: number;
  seconds: number;
}

interface Options {
  engine: "embedded" | "postgres";
  serverUrl: string;
  calls: number;
  kills: number;
  seed: number;
}

interface Tenant {
  key: string;
  portalId: number;
}

const tenantCount = 3;
const hosts = 24; // senders at once
const people = 120; // fewer than calls, so that callers come again

/**
 * Sends calls of three tenants while processes are killed, at random and at the named points, and while the provider
 * drops the connection after having committed 2 % of the writes. Then counts at the provider.
 */
export async function callsChaos({ engine, serverUrl, calls, kills, seed }: Options): Promise<CallsChaosReport> {
  const startedAt = Date.now();
  const dice = createDice(seed);
  const hubspot = createHubSpotSimulator({ seed, searchIndexLagMs: 1_000, latencyMs: [1, 10] });
  const { url: hubspotUrl } = await hubspot.start();
  hubspot.control.fault({
    kind: "commit-then-drop",
    match: { method: "POST|PATCH", path: "/batch/(create|upsert|update)|/notes$|/contacts$" },
    rate: 0.02,
  });
  const store = engine === "postgres" ? await createPostgresStore(serverUrl) : await createEmbeddedStore();
  const tenants = Array.from(
    { length: tenantCount },
    (): Tenant => ({ key: `tl_${randomUUID().replaceAll("-", "")}`, portalId: hubspot.control.addPortal().id }),
  );
  const bootstrap = join(store.env.TIELINE_DATA_DIR ?? "", "bootstrap.json");
  await writeFile(
    bootstrap,
    JSON.stringify({
      tenants: tenants.map((tenant, index) =>
        bootstrapOf(tenant, index, hubspot.control.addStaticToken({ portalId: tenant.portalId })),
      ),
    }),
  );

  const env = {
    ...store.env,
    TIELINE_HUBSPOT_BASE_URL: hubspotUrl,
    TIELINE_BOOTSTRAP_FILE: bootstrap,
    TIELINE_LEASE_MS: "2000",
  };
  const fleet = await createFleet({ env, size: engine === "postgres" ? 2 : 1, kills, dice });
  try {
    const accepted = await sendAll({ tenants, calls, fleet, dice });
    await fleet.spendKills();
    await settled(
      () => tenants.reduce((notes, { portalId }) => notes + hubspot.control.portal(portalId).count("notes"), 0),
      accepted.size,
    );
    const { lost, duplicated } = count(tenants, accepted, hubspot.control);
    return {
      chaos: "calls",
      engine,
      seed,
      accepted: accepted.size,
      lost,
      duplicated,
      kills: fleet.kills(),
      kills_by_point: fleet.killsByPoint(),
      answers_dropped: hubspot.control.counts().byFault["commit-then-drop"] ?? 0,
      seconds: Math.round((Date.now() - startedAt) / 1_000),
    };
  } finally {
    await fleet.stop();
    await hubspot.stop();
    await store.remove();
  }
}

function bootstrapOf({ key }: Tenant, index: number, token: string) {
  return {
    external_id: `tenant_${index}`,
    name: `Tenant ${index}`,
    agents: [{ external_id: `agent_${index}`, name: "Front desk" }],
    api_keys: [{ secret: key, scopes: ["admin"] }],
    connections: [{ provider: "hubspot", credentials: { access_token: token }, settings: {} }],
  };
}

/** Sends every call until it is answered with 2xx, whatever it takes; as a host app must. */
async function sendAll({
  tenants,
  calls,
  fleet,
  dice,
}: {
  tenants: Tenant[];
  calls: number;
  fleet: Fleet;
  dice: Dice;
}): Promise<Set<string>> {
  const accepted = new Set<string>();
  let next = 0;
  const pauseMs = (2 * hosts * fleet.secondsOfKilling * 1_000) / calls;
  await Promise.all(
    Array.from({ length: hosts }, async () => {
      while (next < calls) {
        const index = next++;
        const tenant = tenants[index % tenants.length] as Tenant;
        const callId = `chaos_${index}`;
        const call = callOf(callId, index % tenants.length, dice.below(people)); // the same body with each try
        while (!(await send(fleet, tenant, call))) await pause(30 + dice.below(100));
        accepted.add(`${tenant.portalId} ${callId}`);
        await pause(dice.below(pauseMs)); // so that all kills meet a product at work
      }
    }),
  );
  return accepted;
}

async function send(fleet: Fleet, { key }: Tenant, call: object): Promise<boolean> {
  try {
    const answer = await fetch(`${fleet.url()}/v1/calls`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ call }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 429)
      throw new TypeError(`A call was refused: ${answer.status} ${text}`);
    return answer.ok;
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith("A call was refused")) throw error;
    return false; // killed before, during or after: nobody knows, so it is sent again
  }
}

function callOf(callId: string, tenant: number, person: number) {
  return {
    call_id: callId,
    agent_id: `agent_${tenant}`,
    customer_name: `Person ${person}`,
    customer_phone: `+1407555${String(1_000 + person)}`,
    call_outcome: "message_taken",
    call_summary: `Call ${callId}`,
    started_at: "2026-02-15T14:30:00Z",
    ended_at: "2026-02-15T14:35:00Z",
    duration_seconds: 300,
  };
}

type Control = ReturnType<typeof createHubSpotSimulator>["control"];

function count(tenants: Tenant[], accepted: Set<string>, control: Control): { lost: number; duplicated: number } {
  const notes = new Map<string, number>();
  let contactsTooMany = 0;
  for (const { portalId } of tenants) {
    const portal = control.portal(portalId);
    for (const note of portal.list("notes")) {
      const id = `${portalId} ${(readCallReference(note.properties.hs_note_body ?? "") ?? "").replace("Call ID: ", "")}`;
      notes.set(id, (notes.get(id) ?? 0) + 1);
      if (portal.associated("notes", note.id, "contacts").length !== 1) contactsTooMany++;
    }
    contactsTooMany += Object.values(portal.repeated("contacts", "phone")).reduce(
      (sum, ids) => sum + ids.length - 1,
      0,
    );
  }
  const lost = [...accepted].filter((id) => !notes.has(id)).length;
  const notesTooMany = [...notes].reduce((sum, [id, times]) => sum + (accepted.has(id) ? times - 1 : times), 0);
  return { lost, duplicated: notesTooMany + contactsTooMany };
}

async function settled(count: () => number, expected: number): Promise<void> {
  let last = -1;
  let since = Date.now();
  while (count() < expected && Date.now() - since < 60_000) {
    if (count() !== last) {
      last = count();
      since = Date.now();
    }
    await pause(200);
  }
  await pause(3_000); // a doubled write would come late
}

interface Fleet {
  /** About how long the kills take. */
  readonly secondsOfKilling: number;
  url(): string;
  kills(): number;
  killsByPoint(): Record<string, number>;
  /** Goes on killing until the number of kills is reached. */
  spendKills(): Promise<void>;
  stop(): Promise<void>;
}

/** Processes of the product that are started again whenever one dies. */
async function createFleet({
  env,
  size,
  kills,
  dice,
}: {
  env: Record<string, string>;
  size: number;
  kills: number;
  dice: Dice;
}): Promise<Fleet> {
  const products: (Product | null)[] = [];
  const points: Record<string, number> = {};
  const planned: Partial<Record<KillPoint, number>> = {};
  let killed = 0;
  let isStopping = false;
  const ports = await Promise.all(Array.from({ length: size }, freePort));
  for (const port of ports) products.push(await start(port)); // one after the other: the first one migrates
  const keepers = ports.map((port, slot) => keep(port, slot));
  const killer = killAtRandom();

  return { secondsOfKilling: kills * 1.5, url, kills: () => killed, killsByPoint: () => points, spendKills, stop };

  async function start(port: number): Promise<Product> {
    for (;;) {
      // Half of the kills are the product's own, at the named points; the others come from outside at any moment.
      const own = killed < kills ? ownKill() : {};
      try {
        return await startProduct({ env: { ...env, ...own }, entry: ["tests/chaos/product.ts"], port });
      } catch (error) {
        if (!(error instanceof EndedEarly)) throw error;
        countKill(error.how, error.printed);
      }
    }
  }

  // The point that was met least often; of several, the one that was tried least often.
  function ownKill(): Record<string, string> {
    const [point] = killPoints.toSorted(
      (a, b) => (points[a] ?? 0) - (points[b] ?? 0) || (planned[a] ?? 0) - (planned[b] ?? 0),
    );
    if (!point) throw new Error("There are no points.");
    planned[point] = (planned[point] ?? 0) + 1;
    return { CHAOS_KILL_AT: point, CHAOS_KILL_ON_PASS: String(1 + dice.below(passesOf[point])) };
  }

  function countKill(how: string, printed: string): void {
    if (how !== "SIGKILL") throw new Error(`A process ended with ${how}:\n${printed}`);
    killed++;
    const point = /^killed at (.+)$/m.exec(printed)?.[1] ?? "anywhere";
    points[point] = (points[point] ?? 0) + 1;
  }

  async function keep(port: number, slot: number): Promise<void> {
    while (!isStopping) {
      const product = products[slot];
      if (!product) return;
      const how = await product.ended;
      if (isStopping) return;
      countKill(how, product.output());
      products[slot] = await start(port);
    }
  }

  async function killAtRandom(): Promise<void> {
    while (!isStopping && killed < kills) {
      await pause(1_200 + dice.below(1_500));
      if (isStopping || killed >= kills) return;
      products[dice.below(size)]?.process.kill("SIGKILL");
    }
  }

  async function spendKills(): Promise<void> {
    await killer;
  }

  function url(): string {
    return `http://127.0.0.1:${ports[dice.below(size)]}`;
  }

  async function stop(): Promise<void> {
    isStopping = true;
    await Promise.all(products.map((product) => product?.kill()));
    await Promise.allSettled(keepers);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
