import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { createApp, readConfig } from "#app";
import { createHubSpotSimulator, defaults as hubspotDefaults } from "#simulators/hubspot";
import { createRetellSimulator } from "#simulators/retell";
import { createZapierSimulator } from "#simulators/zapier";
import { isBuildStale } from "../../scripts/dashboard-build.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where a Chromium is; null where there is none and none is required. */
export async function findChromium(): Promise<string | null> {
  const wanted = process.env.TIELINE_TEST_CHROMIUM;
  for (const place of wanted ? [wanted] : places) {
    const isThere = await access(place).then(
      () => true,
      () => false,
    );
    if (isThere) return place;
  }
  if (process.env.TIELINE_REQUIRE_SERVICES === "1")
    throw new Error("Chromium is required here and was not found. Install chromium, or set TIELINE_TEST_CHROMIUM.");
  return null;
}

/** For the `skip` of a suite. */
export const whyNot = (await findChromium()) === null ? "this machine has no Chromium" : false;

export const hostKey = "tl_host_key_of_the_browser_tests";
export const tenantKey = "tl_tenant_key_of_the_browser_tests";

export type BrowserWorld = Awaited<ReturnType<typeof startWorld>>;

/** The whole product on an embedded database, the providers' simulators, and a browser in front of it. */
export async function startWorld() {
  const stops: (() => Promise<unknown>)[] = [];
  const after = (stop: () => Promise<unknown>) => void stops.unshift(stop);
  if (await isBuildStale(root)) {
    const { build } = await import("vite");
    await build({ configFile: path.join(root, "vite.config.ts"), logLevel: "error" });
  }
  const folder = await mkdtemp(path.join(tmpdir(), "tieline-browser-"));
  after(() => rm(folder, { recursive: true, force: true }));
  const hubspot = createHubSpotSimulator();
  const zapier = createZapierSimulator();
  const retell = createRetellSimulator();
  const [hubspotAt, zapierAt, retellAt] = await Promise.all([hubspot.start(), zapier.start(), retell.start()]);
  after(() => Promise.all([hubspot.stop(), zapier.stop(), retell.stop()]));

  const file = path.join(folder, "bootstrap.json");
  await writeFile(file, JSON.stringify(plan));
  const app = await createApp(
    readConfig({
      PORT: "0",
      HOST: "127.0.0.1",
      LOG_LEVEL: "silent",
      TIELINE_DATA_DIR: path.join(folder, "data"),
      TIELINE_BOOTSTRAP_FILE: file,
      TIELINE_REQUESTS_PER_MINUTE: "100000",
      TIELINE_HUBSPOT_BASE_URL: hubspotAt.url,
      TIELINE_HUBSPOT_AUTH_URL: hubspotAt.url,
      TIELINE_HUBSPOT_CLIENT_ID: hubspotDefaults.app.clientId,
      TIELINE_HUBSPOT_CLIENT_SECRET: hubspotDefaults.app.clientSecret,
      TIELINE_HUBSPOT_RATE_LIMIT: "off",
      TIELINE_ZAPIER_BASE_URL: zapierAt.url,
      TIELINE_RETELL_BASE_URL: retellAt.url,
    }),
  );
  const { url } = await app.start();
  after(() => app.stop());
  const browser = await openBrowser();
  after(() => browser.close());
  return { url, browser, hubspot, zapier, api: apiOf(url), stop };

  async function stop(): Promise<void> {
    for (const one of stops) await one();
  }
}

const plan = {
  host_api_keys: [{ secret: hostKey, name: "Host", scopes: ["admin"] }],
  tenants: [
    {
      external_id: "ridge",
      name: "Ridge Roofing",
      time_zone: "America/Chicago",
      agents: [{ external_id: "front", name: "Front desk" }],
      api_keys: [{ secret: tenantKey, name: "Ridge", scopes: ["admin"] }],
    },
    { external_id: "new", name: "New Electric" },
  ],
};

async function openBrowser(): Promise<Browser> {
  const executablePath = await findChromium();
  if (!executablePath) throw new Error("There is no Chromium.");
  return chromium.launch({ executablePath, args: flags });
}

export interface Look {
  width?: number;
  theme?: "light" | "dark";
  key?: string;
}

/** A fresh browser profile that is signed in already. A page error or a refused script fails the test that opened it. */
export async function openPage(
  world: BrowserWorld,
  look: Look = {},
): Promise<{ page: Page; context: BrowserContext; errors: string[] }> {
  const { width = 1280, theme = "light", key = tenantKey } = look;
  const context = await world.browser.newContext({
    viewport: { width, height: width < 768 ? 844 : 800 },
    colorScheme: theme,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15_000);
  const errors: string[] = [];
  context.on("weberror", (error) => errors.push(String(error.error())));
  context.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) errors.push(message.text());
  });
  if (key) {
    const answer = await context.request.post(`${world.url}/login`, { data: { key } });
    if (!answer.ok()) throw new Error(`Signing in answered ${answer.status()}: ${await answer.text()}`);
  }
  return { page: await context.newPage(), context, errors };
}

/** Requests of a host's server, beside the browser. */
function apiOf(url: string) {
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  return async (method: string, where: string, body?: unknown, key = tenantKey): Promise<any> => {
    const answer = await fetch(url + where, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${where} answered ${answer.status}: ${JSON.stringify(json)}`);
    return json;
  };
}

/** A picture for people, in test-results/. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = path.join(root, "test-results");
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

export function aCall(given: Record<string, unknown>) {
  return {
    agent_id: "front",
    customer_name: "Jane Smith",
    customer_phone: "+14079780655",
    customer_email: "jane@example.com",
    call_outcome: "appointment_booked",
    call_summary: "Customer scheduled a roof inspection.",
    transcript: "Agent: Ridge Roofing, how can I help?\nCaller: We have a leak above the garage.",
    recording_url: "https://recordings.example.com/a.mp3",
    started_at: "2026-02-15T14:30:00Z",
    ended_at: "2026-02-15T14:35:00Z",
    duration_seconds: 300,
    ...given,
  };
}
