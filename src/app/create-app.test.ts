import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { createHubSpotSimulator, defaults } from "#simulators/hubspot";
import { readConfig } from "./config.ts";
import { createApp } from "./create-app.ts";

const folder = await mkdtemp(path.join(tmpdir(), "tieline-app-"));
after(() => rm(folder, { recursive: true, force: true }));
const hubspot = createHubSpotSimulator();
const provider = await hubspot.start();
after(() => hubspot.stop());

const key = "tl_0123456789abcdef0123456789";
const bootstrapFile = path.join(folder, "bootstrap.json");
await writeFile(
  bootstrapFile,
  JSON.stringify({
    tenants: [
      {
        external_id: "t1",
        name: "Smith Roofing",
        agents: [{ external_id: "a1", name: "Front desk" }],
        api_keys: [{ secret: key, scopes: ["admin"] }],
        connections: [{ provider: "hubspot", credentials: { access_token: defaults.staticToken } }],
      },
    ],
  }),
);
const environment = {
  PORT: "0",
  HOST: "127.0.0.1",
  LOG_LEVEL: "silent",
  CRON_SECRET: "a-cron-secret-of-this-test",
  TIELINE_DATA_DIR: path.join(folder, "data"),
  TIELINE_BOOTSTRAP_FILE: bootstrapFile,
  TIELINE_HUBSPOT_BASE_URL: provider.url,
  TIELINE_HUBSPOT_RATE_LIMIT: "off",
};

test("by environment and bootstrap file alone, a call lands in the CRM, and a second start changes nothing", async () => {
  const app = await createApp(readConfig(environment));
  const { url } = await app.start();
  const send = async (method: string, where: string, body?: unknown) => {
    const answer = await fetch(url + where, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, json: await answer.json() };
  };

  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  const call = { call_id: "c1", agent_id: "a1", customer_name: "Jane Smith", customer_phone: "+14079780655" };
  const accepted = await send("POST", "/v1/calls", { ...call, call_summary: "Roof inspection" });
  assert.equal(accepted.status, 202, JSON.stringify(accepted.json));
  assert.equal(accepted.json.routed_to, 1);
  while ((await send("GET", `/v1/calls/${accepted.json.id}`)).json.sync_state !== "done")
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(hubspot.control.portal().count("notes"), 1);
  assert.equal(hubspot.control.portal().findBy("contacts", "phone", "+14079780655").length, 1);

  const trace = await send("GET", "/v1/trace?q=c1");
  assert.equal(trace.json.calls[0].paths[0].state, "done");
  const [connection] = (await send("GET", "/v1/connections")).json.data;
  const report = await send("POST", `/v1/connections/${connection.id}/test`, {});
  assert.equal(report.json.ok, true, JSON.stringify(report.json));
  const cron = await fetch(`${url}/v1/timetable/cleanup/run`, {
    method: "POST",
    headers: { authorization: "Bearer a-cron-secret-of-this-test" },
  });
  assert.equal(cron.status, 200);
  await app.stop();

  const keyFile = path.join(folder, "data", "encryption-keys");
  assert.equal((await stat(keyFile)).mode & 0o777, 0o600);
  const before = await readFile(keyFile, "utf8");
  const again = await createApp(readConfig(environment));
  const second = await again.start();
  const listed = await fetch(`${second.url}/v1/connections`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await listed.json()).data.length, 1);
  await again.stop();
  assert.equal(await readFile(keyFile, "utf8"), before);
});

test("a provider that is down at the start does not keep the product from starting", async () => {
  hubspot.control.outage({ ms: 60_000 });
  const file = path.join(folder, "second.json");
  await writeFile(file, (await readFile(bootstrapFile, "utf8")).replace('"t1"', '"t2"').replace(key, `${key}2`));
  const app = await createApp(readConfig({ ...environment, TIELINE_BOOTSTRAP_FILE: file }));
  const { url } = await app.start();
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  await app.stop();
});

test("a start that fails closes what it opened, so that the next one can", async () => {
  const broken = path.join(folder, "broken.json");
  await writeFile(broken, '{"tenants":[{"name":"no id"}]}');
  const failing = await createApp(readConfig({ ...environment, TIELINE_BOOTSTRAP_FILE: broken }));
  await assert.rejects(failing.start(), /external_id/);

  const { TIELINE_BOOTSTRAP_FILE: _, ...rest } = environment;
  const app = await createApp(readConfig(rest));
  await app.start();
  await app.stop();
});
