import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { aCallMessage } from "../routes/call-examples.ts";
import { samplesOf } from "./samples.ts";

const body = { ...aCallMessage, quoted: `it's "quoted"`, yes: true, nothing: null, empty: [] };

test("the samples send what they show", async (t) => {
  const got: { method: string | undefined; url: string | undefined; key: string | undefined; body: unknown }[] = [];
  const server = createServer(async (request, response) => {
    got.push({
      method: request.method,
      url: request.url,
      key: request.headers.authorization,
      body: JSON.parse(await textOf(request)),
    });
    response.end("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const samples = samplesOf({
    method: "POST",
    url: `http://127.0.0.1:${port}/v1/things/{id}`,
    secret: "TIELINE_KEY",
    body,
  });
  const env = { ...process.env, TIELINE_KEY: "tl_x", ID: "7" };

  const hasCurl = spawnSync("curl", ["--version"]).error === undefined; // a bare machine may be without
  if (hasCurl) await run("sh", ["-c", samples.curl], env);
  await run(process.execPath, ["--input-type=module", "-e", samples.node], env);

  assert.equal(got.length, hasCurl ? 2 : 1);
  for (const one of got) assert.deepEqual(one, { method: "POST", url: "/v1/things/7", key: "Bearer tl_x", body });
});

test("the Python sample is Python", (t) => {
  const { python } = samplesOf({ method: "POST", url: "http://x/{id}", secret: "TIELINE_KEY", body });
  const parsed = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: python });
  if (parsed.error) return t.skip("There is no python3 here.");
  assert.equal(parsed.status, 0, String(parsed.stderr));
});

async function run(command: string, words: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, words, { env, stdio: "ignore" });
  const [code] = await once(child, "exit");
  assert.equal(code, 0, command);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
