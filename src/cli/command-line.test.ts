import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { createApp, readConfig } from "#app";
import { PlatformError } from "#core";
import { createHubSpotSimulator, defaults } from "#simulators/hubspot";
import { exitCodeOf } from "./exit-codes.ts";
import { runCommandLine } from "./program.ts";

const folder = await mkdtemp(path.join(tmpdir(), "tieline-cli-"));
after(() => rm(folder, { recursive: true, force: true }));
const hubspot = createHubSpotSimulator();
const provider = await hubspot.start();
after(() => hubspot.stop());

const key = "tl_0123456789abcdef0123456789";
const plan = path.join(folder, "bootstrap.json");
await writeFile(
  plan,
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
  LOG_LEVEL: "silent",
  TIELINE_DATA_DIR: path.join(folder, "data"),
  TIELINE_HUBSPOT_BASE_URL: provider.url,
};

async function run(words: string, more: Record<string, string> = {}, input = "") {
  const out: string[] = [];
  const said: string[] = [];
  const code = await runCommandLine(words.split(" "), {
    environment: { ...environment, ...more },
    out: (text) => void out.push(text),
    say: (text) => void said.push(text),
    readInput: async () => input,
  });
  return { code, out: out.join("\n"), said: said.join("\n") };
}

test("wrong words exit with 2, a hint at the right one, and nothing on the output stream", async () => {
  const wrong = await run("conections list");
  assert.deepEqual([wrong.code, wrong.out], [2, ""]);
  assert.match(wrong.said, /Did you mean connections\?/);
  assert.equal((await run("trace")).code, 2);
  assert.equal((await run("calls list --limit x", { TIELINE_KEY: key })).code, 2);
  assert.equal((await run("serve --port none")).code, 2);
});

test("help leads with examples and exits with 0", async () => {
  const { code, out } = await run("--help");
  assert.equal(code, 0);
  assert.match(out, /tieline demo/);
});

test("each kind of failure has its exit code", () => {
  const codes = (
    [
      "auth.forbidden",
      "request.not_found",
      "call.conflict",
      "request.rate_limited",
      "provider.network",
      "request.invalid",
    ] as const
  ).map((code) => exitCodeOf(new PlatformError(code, "x")));
  assert.deepEqual(codes, [3, 4, 5, 6, 7, 1]);
});

test("without a server: set up by file, keys, doctor", async () => {
  const made = await run(`bootstrap ${plan} --json`);
  assert.equal(made.code, 0, made.said);
  assert.equal(JSON.parse(made.out).created.length, 4);
  assert.equal(JSON.parse((await run(`bootstrap ${plan} --json`)).out).created.length, 0);

  const created = await run("keys create intake --tenant t1 --scope calls:write --json");
  const { id, secret } = JSON.parse(created.out);
  assert.match(secret, /^tl_/);
  const listed = await run("keys list --tenant t1 --json --fields name,scopes");
  assert.deepEqual(
    listed.out.split("\n").map((line) => JSON.parse(line)),
    [
      { name: "intake", scopes: "calls:write" },
      { name: "bootstrap", scopes: "admin" },
    ],
  );
  assert.equal((await run(`keys revoke ${id} --tenant t1`)).code, 0);
  assert.equal((await run(`keys revoke ${id} --tenant t1`)).code, 4);
  assert.equal((await run("keys create x --scope everything")).code, 2);

  const doctor = await run("doctor --json");
  const findings = doctor.out.split("\n").map((line) => JSON.parse(line));
  assert.equal(doctor.code, 0, doctor.out);
  assert.ok(findings.some(({ check, state }) => check === "database" && state === "ok"));
});

test("encryption keys are rotated, and the old one can go", async () => {
  const data = { TIELINE_DATA_DIR: environment.TIELINE_DATA_DIR };
  const { readFile } = await import("node:fs/promises");
  const old = (await readFile(path.join(data.TIELINE_DATA_DIR, "encryption-keys"), "utf8")).trim();
  const next = `next:${Buffer.alloc(32, 7).toString("base64")}`;
  const rotated = await run("keys rotate-encryption --json", { TIELINE_ENCRYPTION_KEYS: `${next},${old}` });
  assert.deepEqual(JSON.parse(rotated.out), { key: "next", rotated: 1 });
  const again = await run("keys rotate-encryption --json", { TIELINE_ENCRYPTION_KEYS: next });
  assert.equal(JSON.parse(again.out).rotated, 0);
  await writeFile(path.join(data.TIELINE_DATA_DIR, "encryption-keys"), next);
});

test("with a server: calls come in, are listed and traced, and a connection is tried out", async (t) => {
  const app = await createApp(readConfig({ ...environment, PORT: "0", HOST: "127.0.0.1" }));
  const { url } = await app.start();
  t.after(() => app.stop());
  const remote = { TIELINE_URL: url, TIELINE_KEY: key };
  const call = { call_id: "c1", agent_id: "a1", customer_phone: "+14079780655", customer_name: "Jane Smith" };

  const lines = `${JSON.stringify(call)}\n${JSON.stringify({ call_id: "c2" })}`;
  const imported = await run("calls import --json", remote, lines);
  assert.equal(imported.code, 8, imported.said);
  assert.deepEqual(JSON.parse(imported.out), { accepted: 1, duplicates: 0, rejected: 1 });
  assert.match(imported.said, /c2: The call does not fit/);

  const [listed] = (await run("calls list --json", remote)).out.split("\n").map((line) => JSON.parse(line));
  assert.equal(listed.call_id, "c1");
  assert.match((await run("trace c1", remote)).out, /c1 · Jane Smith/);
  const missing = await run("trace c99", remote);
  assert.equal(missing.code, 4);
  assert.match(missing.out, /curl/);

  const [connection] = (await run("connections list --json", remote)).out.split("\n").map((line) => JSON.parse(line));
  const tested = await run(`connections test ${connection.id}`, remote);
  assert.equal(tested.code, 0, tested.out);
  assert.match(tested.out, /✔ Sign in/);
  assert.equal((await run("calls list", { ...remote, TIELINE_KEY: "tl_wrong" })).code, 3);
  assert.equal((await run("calls list", { TIELINE_URL: url })).code, 2);
  assert.equal((await run("calls list", { ...remote, TIELINE_URL: "http://127.0.0.1:1" })).code, 7);
});

test("a server told to stop finishes what it has and exits with 0; told twice it leaves at once", async () => {
  const calm = await startServer();
  calm.child.kill("SIGTERM");
  assert.deepEqual(await once(calm.child, "exit"), [0, null]);

  const held = await startServer();
  const socket = connect(Number(new URL(held.url).port), "127.0.0.1");
  socket.on("error", () => {}); // cut off when the server leaves
  socket.write("POST /v1/calls HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n");
  await fetch(`${held.url}/healthz`); // answered after the request above was seen
  held.child.kill("SIGTERM");
  while ((await fetch(`${held.url}/readyz`).catch(() => null)) !== null);
  held.child.kill("SIGTERM");
  assert.deepEqual(await once(held.child, "exit"), [1, null]);
});

async function startServer(): Promise<{ child: ChildProcess; url: string }> {
  const file = path.join(import.meta.dirname, "..", "..", "bin", "tieline.js");
  const child = spawn(process.execPath, [file, "serve"], {
    env: { ...environment, PORT: "0", HOST: "127.0.0.1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    const url = /is up at (\S+)/.exec(said)?.[1];
    if (url) return { child, url };
  }
  throw new Error(said);
}

test("the executable runs under its own Node and tells its version", () => {
  const file = path.join(import.meta.dirname, "..", "..", "bin", "tieline.js");
  const { status, stdout } = spawnSync(process.execPath, [file, "--version"], { encoding: "utf8" });
  assert.equal(status, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});
