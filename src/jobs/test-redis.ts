import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Cleanup } from "#db";

export interface TestRedis {
  url: string;
  kill(): Promise<unknown>;
}

/** The tests' own Redis, on a socket in a folder of its own; null when this machine has no redis-server. */
export async function startRedis(t: Cleanup, settings: Record<string, string> = {}): Promise<TestRedis | null> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "tieline-redis-"));
  const socket = path.join(folder, "redis.sock");
  const all = {
    port: "0",
    unixsocket: socket,
    dir: folder,
    appendonly: "yes",
    "maxmemory-policy": "noeviction",
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn("redis-server", flags, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(server, "exit").catch(() => {});
  const kill = () => {
    server.kill("SIGKILL");
    return ended;
  };
  t.after(async () => {
    await kill();
    await fs.rm(folder, { recursive: true, force: true });
  });
  const isReady = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.once("exit", () => resolve(false));
    server.stdout.on("data", (text) => /ready to accept connections/i.test(String(text)) && resolve(true));
  });
  if (isReady) return { url: socket, kill };
  if (process.env.TIELINE_REQUIRE_SERVICES === "1") throw new Error("redis-server is required here and did not start.");
  return null;
}
