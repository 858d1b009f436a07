import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createApp, readConfig } from "#app";
import type { Trace } from "#insights";
import { createHubSpotSimulator, defaults as hubspotDefaults } from "#simulators/hubspot";
import { consent } from "#simulators/kit";
import { createRetellSimulator, defaults as retellDefaults } from "#simulators/retell";
import { createZapierSimulator } from "#simulators/zapier";
import { createHostApp, type HostApp, signIn, until } from "./host-app.ts";

/** What happened, counted at the simulators. */
export interface DemoReport {
  calls: number;
  contacts_created: number;
  notes: number;
  meetings: number;
  workflow_enrollments: number;
  zapier_posts: number;
  ms: number;
}

export interface Demo {
  report: DemoReport;
  urls: Record<string, string>;
  stop(): Promise<void>;
}

const workflowId = "7000001"; // "Follow up after a call", in every new account of the simulator

/**
 * The product on its embedded database with three simulators beside it: connects HubSpot through its real sign-in pages
 * and a Zapier hook, sends one genuine, signed Retell webhook, and watches it land. `say` gets each step as it happens.
 */
export async function runDemo({
  folder,
  port,
  say,
}: {
  folder: string;
  port: number;
  say: (step: string) => void;
}): Promise<Demo> {
  const startedAt = performance.now();
  const data = join(folder, "data");
  await rm(data, { recursive: true, force: true }); // each demo begins with nothing
  await mkdir(data, { recursive: true });
  const hubspot = createHubSpotSimulator();
  const zapier = createZapierSimulator();
  const retell = createRetellSimulator();
  const [hubspotAt, zapierAt, retellAt] = await Promise.all([hubspot.start(), zapier.start(), retell.start()]);
  say(`simulators are up: HubSpot ${hubspotAt.url}, Zapier ${zapierAt.url}, Retell ${retellAt.url}`);

  const hostKey = `tl_demo_${randomBytes(24).toString("base64url")}`;
  const bootstrap = join(data, "bootstrap.json");
  await writeFile(bootstrap, JSON.stringify({ host_api_keys: [{ name: "Demo", secret: hostKey, scopes: ["admin"] }] }));
  const app = await createApp(
    readConfig({
      PORT: String(port),
      HOST: "127.0.0.1",
      LOG_LEVEL: "error",
      TIELINE_DATA_DIR: data,
      TIELINE_TEMPLATE_DIR: join(folder, "templates"),
      TIELINE_BOOTSTRAP_FILE: bootstrap,
      TIELINE_HUBSPOT_BASE_URL: hubspotAt.url,
      TIELINE_HUBSPOT_AUTH_URL: hubspotAt.url,
      TIELINE_HUBSPOT_CLIENT_ID: hubspotDefaults.app.clientId,
      TIELINE_HUBSPOT_CLIENT_SECRET: hubspotDefaults.app.clientSecret,
      TIELINE_ZAPIER_BASE_URL: zapierAt.url,
      TIELINE_RETELL_BASE_URL: retellAt.url,
    }),
  );
  const { url } = await app.start();
  say(`Tieline is up at ${url}, on its embedded database`);

  const host = createHostApp(url, hostKey);
  const tenant = await host.post<{ id: string }>("/v1/tenants", {
    name: "Smith Roofing",
    external_id: "smith-roofing",
    time_zone: "America/New_York",
  });
  host.actFor(tenant.id);
  await host.post("/v1/agents", { name: "Front desk", external_id: "agent_demo" });
  say("tenant Smith Roofing and its agent Front desk are there");

  const { url: startUrl } = await host.post<{ url: string }>("/v1/connections/oauth", {
    provider: "hubspot",
    settings: { workflow_id: workflowId },
  });
  await signIn(startUrl, consent);
  say("HubSpot is connected, through its sign-in and consent pages");
  await host.post("/v1/connections", {
    provider: "zapier",
    credentials: { webhook_url: `${zapierAt.url}/hooks/catch/1234567/demohook/` },
  });
  say("a Zapier hook is connected");
  const { webhook_url } = await host.post<{ webhook_url: string }>("/v1/connections", {
    provider: "retell",
    credentials: { api_key: retellDefaults.apiKey },
  });
  say("Retell is connected; its webhooks come to an address of their own");

  const zapierBefore = zapier.control.deliveries.count();
  retell.control.webhookUrl(webhook_url);
  const sentAt = performance.now();
  const { call_id } = retell.control.playCall({
    from_number: "+14079780655",
    retell_llm_dynamic_variables: { timezone: "America/New_York" },
  });
  say(`Retell sends call ${call_id}: signed call_ended and call_analyzed`);
  await follow(host, call_id, sentAt, say);

  const portal = hubspot.control.portal();
  const report: DemoReport = {
    calls: (await host.get<{ data: unknown[] }>("/v1/calls")).data.length,
    contacts_created: portal.findBy("contacts", "phone", "+14079780655").length,
    notes: portal.count("notes"),
    meetings: portal.count("meetings"),
    workflow_enrollments: portal.enrollments().length,
    zapier_posts: zapier.control.deliveries.count() - zapierBefore,
    ms: Math.round(performance.now() - startedAt),
  };
  return {
    report,
    urls: {
      dashboard: app.loginLink(hostKey),
      trace: `${url}/trace?q=${call_id}`,
      "what HubSpot holds": `${hubspotAt.url}/_simulator`,
      "what Zapier got": `${zapierAt.url}/_simulator`,
      "API reference": `${url}/docs/api`,
      "API key": hostKey,
    },
    async stop() {
      await app.stop();
      await Promise.all([hubspot.stop(), zapier.stop(), retell.stop()]);
    },
  };
}

const stepWords: Record<string, string> = {
  contact: "contact found or made",
  note: "call note with summary and recording",
  appointment: "meeting",
  workflow: "workflow",
  post: "Zapier payload",
};

/** Says what happens to the call, in the order in which it happened, until every connection has it. */
async function follow(host: HostApp, callId: string, sentAt: number, say: (step: string) => void): Promise<void> {
  const took = (at: number) => `${Math.round(at - sentAt)} ms`;
  await until("The verified webhook", async () => (await host.get<{ data: unknown[] }>("/v1/inbound-events")).data[0]);
  say(`verified and stored, ${took(performance.now())} after Retell sent it`);
  const said = new Set<string>();
  await until("The call in every CRM", async () => {
    const trace = await host.get<Trace>(`/v1/trace?q=${encodeURIComponent(callId)}`);
    const paths = trace.calls[0]?.paths ?? [];
    for (const { provider, links } of paths) {
      for (const { kind, external_id } of links) {
        const step = `${provider} ${kind}`;
        if (said.has(step)) continue;
        said.add(step);
        say(`${provider}: ${stepWords[kind] ?? kind} (${external_id}), ${took(performance.now())}`);
      }
    }
    const stopped = paths.find(({ state }) => state === "dead" || state === "skipped");
    if (stopped)
      throw new Error(`The call stopped on its way to ${stopped.provider}: ${JSON.stringify(stopped.stations)}`);
    return paths.length === 2 && paths.every(({ state }) => state === "done");
  });
}
