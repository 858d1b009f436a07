import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

/** One process of the product, seen from outside. */
export interface Product {
  readonly url: string;
  readonly process: ChildProcess;
  /** Resolves with the signal or code it ended with. */
  readonly ended: Promise<string>;
  /** As the machine would: no farewell. */
  kill(): Promise<void>;
  /** As an operator would. */
  stop(): Promise<void>;
  /** What it printed, for the report of a failure. */
  output(): string;
}

export interface ProductOptions {
  /** The whole environment, besides PATH. */
  env: Record<string, string>;
  /** What is started; `bin/tieline.js serve` when absent. */
  entry?: string[];
  port?: number;
  /** How long it may take until it answers. */
  readyWithinMs?: number;
}

/** The process ended before it answered. */
export class EndedEarly extends Error {
  readonly how: string;
  readonly printed: string;

  constructor(how: string, printed: string) {
    super(`The product ended with ${how}:\n${printed}`);
    this.how = how;
    this.printed = printed;
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Starts the product as a process of its own and waits until it answers. */
export async function startProduct({
  env,
  entry = ["bin/tieline.js", "serve"],
  port,
  readyWithinMs = 30_000,
}: ProductOptions): Promise<Product> {
  const at = port ?? (await freePort());
  const url = `http://127.0.0.1:${at}`;
  const child = spawn(process.execPath, entry, {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", PORT: String(at), LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => printed.push(String(chunk)));
  const ended = once(child, "exit").then(([code, signal]) => String(signal ?? code));
  const product: Product = { url, process: child, ended, kill, stop, output: () => printed.join("").slice(-20_000) };
  await ready(product, readyWithinMs);
  return product;

  async function kill(): Promise<void> {
    child.kill("SIGKILL");
    await ended;
  }

  async function stop(): Promise<void> {
    child.kill("SIGTERM");
    await ended;
  }
}

async function ready({ url, ended, output }: Product, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  let gone: string | null = null;
  void ended.then((how) => {
    gone = how;
  });
  while (gone === null && Date.now() < deadline) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (gone !== null) throw new EndedEarly(gone, output());
  throw new Error(`The product did not answer within ${withinMs} ms:\n${output()}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (!address || typeof address === "string") throw new Error("No port.");
  return address.port;
}
