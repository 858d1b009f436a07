import { Worker } from "node:worker_threads";
import pg from "pg";
import { PlatformError } from "#core";
import { compiledEngine } from "./engine-files.ts";
import type { FromWorker, ToWorker, WorkerOptions } from "./pglite-worker.ts";
import { sessionOf } from "./postgres.ts";
import type { Session } from "./transaction.ts";
import { valueTypes } from "./value-types.ts";
import { WorkerStream } from "./worker-stream.ts";

export interface EngineConfig {
  /** Absent: the data lives in memory. */
  folder?: string;
  /** False: the operating system decides when data reaches the disk. Default true. */
  isDurable?: boolean;
}

/** A running engine with its one session, whose role is the owner of the tables at first. */
export interface EmbeddedEngine {
  readonly session: Session;
  /** True once the engine is gone: the session answers nothing any more. */
  readonly isBroken: boolean;
  /** Closes it, or clears away what is left of it. */
  stop(): Promise<void>;
}

/** Starts the engine in a thread of its own. Throws `db.unavailable`. */
export async function startEngine(
  { folder, isDurable = true }: EngineConfig,
  onNotify: (channel: string, payload: string) => void,
  log: (message: string) => void,
): Promise<EmbeddedEngine> {
  const options: WorkerOptions = { isDurable, wasmModule: await compiledEngine() };
  if (folder !== undefined) options.folder = folder;
  const worker = new Worker(new URL("./pglite-worker.ts", import.meta.url), { workerData: options });
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  await ready(worker);

  const client = new pg.Client({
    stream: () => new WorkerStream(worker),
    types: valueTypes,
    pipeline: true,
    // Everything the driver would otherwise look up in the environment.
    user: "postgres",
    database: "postgres",
    host: "embedded",
    password: "",
    ssl: false,
  });
  let isBroken = false;
  client.on("error", (error) => log(`The embedded database broke: ${error.message}`));
  client.on("end", () => {
    isBroken = true;
  });
  client.on("notification", ({ channel, payload }) => onNotify(channel, payload ?? ""));
  await client.connect();
  await client.query("set timezone = 'UTC'");

  return {
    session: sessionOf(client),
    get isBroken() {
      return isBroken;
    },
    async stop() {
      if (isBroken) {
        await worker.terminate();
        return;
      }
      await client.end();
      worker.postMessage("close" satisfies ToWorker);
      await exited;
    },
  };
}

async function ready(worker: Worker): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.once("message", (message: FromWorker) => {
    if (typeof message === "object" && "failed" in message) reject(message.failed);
    else resolve();
  });
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("its thread ended")));
  try {
    await promise;
  } catch (cause) {
    await worker.terminate();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlatformError("db.unavailable", `The embedded database did not start: ${reason}`, { cause });
  }
}
