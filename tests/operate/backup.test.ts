// The steps of docs/guides/operate.md, "Backup and restore".
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import pg from "pg";
import { createApp, readConfig } from "#app";
import { startSimulator } from "#simulators/kit";
import { createZapierSimulator, type Deliveries } from "#simulators/zapier";

const key = "tl_backup_test_key_000000000000";
const serverUrl = process.env.TIELINE_TEST_DATABASE_URL;

test("a copied folder, started elsewhere, has its calls and opens its credentials", { timeout: 120_000 }, async (t) => {
  const zapier = await startSimulator(t, createZapierSimulator);
  const [folder, copy] = [await temporaryFolder(t), await temporaryFolder(t)];
  const env = { TIELINE_ZAPIER_BASE_URL: zapier.url };
  await run(t, { ...env, ...(await bootstrap(folder, zapier.url)), TIELINE_DATA_DIR: folder }, (send) =>
    send("call_1"),
  );

  await fs.cp(folder, copy, { recursive: true, filter: (source) => path.basename(source) !== "templates" });
  await fs.rm(folder, { recursive: true });

  await run(t, { ...env, TIELINE_DATA_DIR: copy }, async (send, list) => {
    await send("call_2");
    assert.deepEqual(await list(), ["call_2", "call_1"]);
    await delivered(zapier.control.deliveries, "call_2");
  });
});

test("a dump of PostgreSQL, restored into another database, has its calls and opens its credentials", {
  timeout: 120_000,
  skip: serverUrl ? !hasDump() && "pg_dump is not installed" : "TIELINE_TEST_DATABASE_URL is not set",
}, async (t) => {
  const zapier = await startSimulator(t, createZapierSimulator);
  const folder = await temporaryFolder(t);
  const [before, after] = [await createDatabase(t), await createDatabase(t)];
  const env = { TIELINE_ZAPIER_BASE_URL: zapier.url, TIELINE_DATA_DIR: folder };
  await run(t, { ...env, ...(await bootstrap(folder, zapier.url)), DATABASE_URL: before }, (send) => send("call_1"));

  const dump = path.join(folder, "tieline.dump");
  execFileSync("pg_dump", ["--format=custom", `--file=${dump}`, before]);
  execFileSync("pg_restore", [`--dbname=${after}`, "--exit-on-error", dump]);

  await run(t, { ...env, DATABASE_URL: after }, async (send, list) => {
    await send("call_2");
    assert.deepEqual(await list(), ["call_2", "call_1"]);
    await delivered(zapier.control.deliveries, "call_2");
  });
});

type Send = (callId: string) => Promise<void>;
type List = () => Promise<string[]>;

/** Starts the product, acts on it, stops it. */
async function run(t: TestContext, env: Record<string, string>, act: (send: Send, list: List) => Promise<void>) {
  const app = await createApp(readConfig({ PORT: "0", HOST: "127.0.0.1", LOG_LEVEL: "error", ...env }));
  t.after(() => app.stop());
  const { url } = await app.start();
  const headers = { authorization: `Bearer ${key}`, "tieline-tenant": "acme", "content-type": "application/json" };
  await act(
    async (callId) => {
      const body = JSON.stringify({ call_id: callId, agent_id: "desk", customer_phone: "+14079780655" });
      const { status } = await fetch(`${url}/v1/calls`, { method: "POST", headers, body });
      assert.equal(status, 202);
    },
    async () => {
      const answer = (await (await fetch(`${url}/v1/calls`, { headers })).json()) as { data: { call_id: string }[] };
      return answer.data.map(({ call_id }) => call_id);
    },
  );
  await app.stop();
}

async function bootstrap(folder: string, zapierUrl: string): Promise<Record<string, string>> {
  const file = path.join(folder, "bootstrap.json");
  const plan = {
    host_api_keys: [{ secret: key, name: "test", scopes: ["admin"] }],
    tenants: [
      {
        external_id: "acme",
        name: "Acme",
        agents: [{ external_id: "desk", name: "Desk" }],
        connections: [
          { provider: "zapier", credentials: { webhook_url: `${zapierUrl}/hooks/catch/1234567/demohook/` } },
        ],
      },
    ],
  };
  await fs.writeFile(file, JSON.stringify(plan));
  return { TIELINE_BOOTSTRAP_FILE: file };
}

async function delivered(deliveries: Deliveries, callId: string): Promise<void> {
  while (!deliveries.list().some((delivery) => delivery.callId === callId))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "tieline-backup-"));
  t.after(() => fs.rm(folder, { recursive: true, force: true }));
  return folder;
}

async function createDatabase(t: TestContext): Promise<string> {
  const name = `tieline_test_${randomUUID().replaceAll("-", "")}`;
  const url = new URL(serverUrl ?? "");
  url.pathname = `/${name}`;
  await onServer(`create database ${name}`);
  t.after(() => onServer(`drop database if exists ${name} with (force)`));
  return url.href;
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

function hasDump(): boolean {
  try {
    execFileSync("pg_dump", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
