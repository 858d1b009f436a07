import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHubSpotSimulator, defaults } from "#simulators/hubspot";
import { consent } from "#simulators/kit";
import { createHostApp, signIn } from "../src/cli/demo/host-app.ts";
import { createEmbeddedStore, createPostgresStore } from "../tests/harness/databases.ts";
import { startProduct } from "../tests/harness/product.ts";
import type { BenchOptions } from "./report.ts";

export type BurstWorld = Awaited<ReturnType<typeof createBurstWorld>>;

/** The product with one tenant, and one HubSpot account that was connected by OAuth and keeps its published limits. */
export async function createBurstWorld({ engine, serverUrl }: Pick<BenchOptions, "engine" | "serverUrl">) {
  const store = engine === "postgres" ? await createPostgresStore(serverUrl) : await createEmbeddedStore();
  const hubspot = createHubSpotSimulator({ limits: "documented" }); // OAuth apps: 110 in 10 s, 5 searches a second
  const { url: hubspotUrl } = await hubspot.start();
  const key = `tl_${randomBytes(24).toString("base64url")}`;
  const bootstrap = join(store.env.TIELINE_DATA_DIR ?? "", "bootstrap.json");
  const tenant = {
    external_id: "tenant",
    name: "Smith Roofing",
    agents: [{ external_id: "agent", name: "Front desk" }],
    api_keys: [{ secret: key, scopes: ["admin"] }],
  };
  await writeFile(bootstrap, JSON.stringify({ tenants: [tenant] }));
  const product = await startProduct({
    env: {
      ...store.env,
      TIELINE_BOOTSTRAP_FILE: bootstrap,
      TIELINE_HUBSPOT_BASE_URL: hubspotUrl,
      TIELINE_HUBSPOT_AUTH_URL: hubspotUrl,
      TIELINE_HUBSPOT_CLIENT_ID: defaults.app.clientId,
      TIELINE_HUBSPOT_CLIENT_SECRET: defaults.app.clientSecret,
    },
  });
  const host = createHostApp(product.url, key);
  const { url } = await host.post<{ url: string }>("/v1/connections/oauth", { provider: "hubspot" });
  await signIn(url, consent);
  const portal = hubspot.control.portal();
  return {
    product,
    key,
    control: hubspot.control,
    /** How many notes there are for each call. */
    notes(): Map<string, number> {
      const found = new Map<string, number>();
      for (const { properties } of portal.list("notes")) {
        const call = /bench_\d+/.exec(properties.hs_note_body ?? "")?.[0] ?? "unknown";
        found.set(call, (found.get(call) ?? 0) + 1);
      }
      return found;
    },
    noteCount: () => portal.count("notes"),
    /** Contacts too many: others that have the same phone number. */
    repeatedContacts: () =>
      Object.values(portal.repeated("contacts", "phone")).reduce((sum, ids) => sum + ids.length - 1, 0),
    async stop() {
      await product.kill();
      await hubspot.stop();
      await store.remove();
    },
  };
}
