import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AppOptions, createApp, readConfig } from "#app";
import { createHubSpotSimulator, defaults as hubspotDefaults } from "#simulators/hubspot";
import { startSimulator } from "#simulators/kit";
import { createRetellSimulator, defaults as retellDefaults } from "#simulators/retell";
import { createZapierSimulator } from "#simulators/zapier";
import { createEmbeddedStore, createPostgresStore, type Store } from "./databases.ts";

interface Test {
  after(fn: () => Promise<void>): void;
}

type Engine = Store["engine"];

/** A tenant on the whole product, with HubSpot, Zapier and Retell simulators beside it. Everything goes away after the test. */
export interface World {
  url: string;
  hubspot: ReturnType<typeof createHubSpotSimulator>;
  zapier: ReturnType<typeof createZapierSimulator>;
  retell: ReturnType<typeof createRetellSimulator>;
  /** The tenant's own API. Answers status and body, whatever they are. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: never; headers: Headers }>;
  /** The connection of a provider. */
  connection(
    provider: string,
  ): Promise<{ id: string; webhook_url: string; status: string; status_reason: string | null }>;
  key: string;
}

export interface WorldOptions {
  hubspot?: Parameters<typeof createHubSpotSimulator>[0];
  settings?: Record<string, unknown>;
  env?: Record<string, string>;
  app?: AppOptions;
  /** Which accounts the tenant has; all three when absent. */
  providers?: ("hubspot" | "zapier" | "retell")[];
}

/** The stores that there are: embedded always, PostgreSQL where the environment names a server. */
export function enginesHere(): Engine[] {
  if (process.env.TIELINE_TEST_DATABASE_URL) return ["embedded", "postgres"];
  if (process.env.TIELINE_REQUIRE_SERVICES === "1")
    throw new Error("TIELINE_TEST_DATABASE_URL is required here and not set.");
  return ["embedded"];
}

export async function createWorld(t: Test, engine: Engine, options: WorldOptions = {}): Promise<World> {
  const { settings = {}, env = {}, app: appOptions = {}, providers = ["hubspot", "zapier", "retell"] } = options;
  const store =
    engine === "postgres"
      ? await createPostgresStore(process.env.TIELINE_TEST_DATABASE_URL ?? "")
      : await createEmbeddedStore();
  const hubspot = await startSimulator(t, createHubSpotSimulator, options.hubspot ?? {});
  const zapier = await startSimulator(t, createZapierSimulator, {});
  const retell = await startSimulator(t, createRetellSimulator, {});
  const key = `tl_${randomBytes(24).toString("base64url")}`;
  const credentials = {
    hubspot: { access_token: hubspotDefaults.staticToken },
    zapier: { webhook_url: `${zapier.url}/hooks/catch/1234567/demohook/` },
    retell: { api_key: retellDefaults.apiKey },
  };
  const bootstrap = join(store.env.TIELINE_DATA_DIR ?? "", "bootstrap.json");
  await writeFile(
    bootstrap,
    JSON.stringify({
      tenants: [
        {
          external_id: "smith-roofing",
          name: "Smith Roofing",
          time_zone: "America/New_York",
          agents: [{ external_id: "agent_demo", name: "Front desk" }],
          api_keys: [{ secret: key, scopes: ["admin"] }],
          connections: providers.map((provider) => ({
            provider,
            credentials: credentials[provider],
            ...(provider === "hubspot" && { settings }),
          })),
        },
      ],
    }),
  );
  const app = await createApp(
    readConfig({
      PORT: "0",
      LOG_LEVEL: "silent",
      TIELINE_BOOTSTRAP_FILE: bootstrap,
      TIELINE_HUBSPOT_BASE_URL: hubspot.url,
      TIELINE_HUBSPOT_AUTH_URL: hubspot.url,
      TIELINE_HUBSPOT_CLIENT_ID: hubspotDefaults.app.clientId,
      TIELINE_HUBSPOT_CLIENT_SECRET: hubspotDefaults.app.clientSecret,
      TIELINE_ZAPIER_BASE_URL: zapier.url,
      TIELINE_RETELL_BASE_URL: retell.url,
      TIELINE_REQUESTS_PER_MINUTE: "100000",
      ...store.env,
      ...env,
    }),
    appOptions,
  );
  t.after(async () => {
    await app.stop(); // hooks run in the order in which they were set: nothing may be taken from under the product
    await store.remove();
  });
  const { url } = await app.start();
  return { url, hubspot, zapier, retell, request, connection, key };

  async function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text ? JSON.parse(text) : null) as never };
  }

  async function connection(provider: string) {
    const { body } = await request("GET", `/v1/connections?provider=${provider}`);
    const [first] = (body as { data: Awaited<ReturnType<World["connection"]>>[] }).data;
    if (!first) throw new Error(`There is no ${provider} connection.`);
    return first;
  }
}

/** Resolves once `test` holds; rejects with what was seen last when it does not within the time. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  test: (value: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (test(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`It did not come true within ${withinMs} ms; last seen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
