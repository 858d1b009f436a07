// The first calls of the README, as they stand there, against a running server.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { type App, createApp, readConfig } from "#app";

const key = "tl_readme_test_key_000000000000";
const run = promisify(execFile);
let folder: string;
let app: App;
let url: string;

before(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), "tieline-readme-"));
  const file = path.join(folder, "bootstrap.json");
  const agents = [{ external_id: "agent_demo", name: "Front desk" }];
  const tenants = [{ external_id: "smith-roofing", name: "Smith Roofing", agents }];
  await fs.writeFile(
    file,
    JSON.stringify({ host_api_keys: [{ secret: key, name: "test", scopes: ["admin"] }], tenants }),
  );
  const settings = { PORT: "0", HOST: "127.0.0.1", LOG_LEVEL: "error", TIELINE_DATA_DIR: folder };
  app = await createApp(readConfig({ ...settings, TIELINE_BOOTSTRAP_FILE: file }));
  ({ url } = await app.start());
});

after(async () => {
  await app.stop();
  await fs.rm(folder, { recursive: true, force: true });
});

for (const [language, command, name] of [
  ["bash", "bash", "first-call.sh"],
  ["js", process.execPath, "first-call.mjs"],
  ["python", "python3", "first-call.py"],
] as const)
  test(`the first call in ${language} is accepted`, async (t) => {
    if (!(await isInstalled(command))) return t.skip(`${command} is not installed`);
    const file = path.join(folder, name);
    await fs.writeFile(file, await snippet(language));

    const env = { PATH: process.env.PATH, TIELINE_URL: url, TIELINE_KEY: key };
    const { stdout } = await run(command, [file], { env });

    assert.match(stdout, /"?status"?: ?["']accepted["']/);
  });

/** The block of this language in "A first call"; the one that sets the demo's address is left out. */
async function snippet(language: string): Promise<string> {
  const readme = await fs.readFile(new URL("../../README.md", import.meta.url), "utf8");
  const section = readme.slice(readme.indexOf("## A first call"), readme.indexOf("## In your product"));
  const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, named, code]) => ({
    named,
    code: code ?? "",
  }));
  const [found] = blocks.filter(({ named, code }) => named === language && !code.startsWith("export "));
  assert.ok(found, `The README has no first call in ${language}.`);
  return found.code;
}

async function isInstalled(command: string): Promise<boolean> {
  return run(command, ["--version"]).then(
    () => true,
    () => false,
  );
}
