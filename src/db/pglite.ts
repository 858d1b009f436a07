import { Worker } from "node:worker_threads";
import pg from "pg";
import { PlatformError } from "#core";
import type { Db } from "./db.ts";
import { compiledEngine } from "./engine-files.ts";
import { toDbError } from "./errors.ts";
import type { FromWorker, ToWorker, WorkerOptions } from "./pglite-worker.ts";
import { sessionOf } from "./postgres.ts";
import { quoted, tell } from "./postgres-listener.ts";
import { runOwnerTransaction, runTransaction, type WithSession } from "./transaction.ts";
import { createTurns } from "./turns.ts";
import { valueTypes } from "./value-types.ts";
import { WorkerStream } from "./worker-stream.ts";

export interface PgliteConfig {
  folder?: string;
  isDurable?: boolean;
  dump?: Uint8Array<ArrayBuffer>;
  /** How often the tables are vacuumed and analyzed, which the embedded engine never does by itself; default 10 min. */
  vacuumEveryMs?: number;
}

/** The embedded engine: one session in a worker thread, lent to one transaction at a time. */
export async function createPgliteDb(config: PgliteConfig, log: (message: string) => void): Promise<Db> {
  const worker = await startWorker(config);
  const client = new pg.Client({
    stream: () => new WorkerStream(worker),
    types: valueTypes,
    pipeline: true,
    user: "postgres",
    database: "postgres",
    ssl: false,
    password: "",
  });
  client.on("error", (error) => log(`The embedded database broke: ${error.message}`));
  await client.connect();
  const session = sessionOf(client);
  await session.run("set timezone = 'UTC'");

  const takeTurn = createTurns();
  const listeners = new Map<string, Set<(payload: string) => void>>();
  client.on("notification", ({ channel, payload }) => tell(listeners, channel, payload ?? ""));
  let isOwner = true; // the session begins as the owner
  const vacuuming = setInterval(
    () => vacuum().catch((error) => log(`Vacuum failed: ${error}`)),
    config.vacuumEveryMs ?? 600_000,
  ).unref();

  const withSession: WithSession = (fn) =>
    takeTurn(async () => {
      await become("app");
      return fn(session);
    });

  return {
    engine: "pglite",
    withTenant: (tenantId, fn) => runTransaction(withSession, tenantId, fn),
    transaction: (fn) => runTransaction(withSession, undefined, fn),
    asOwner: (fn) =>
      takeTurn(async () => {
        await become("owner");
        return runOwnerTransaction(session, fn);
      }),
    async listen(channel, onNotify) {
      const callbacks = listeners.get(channel) ?? new Set();
      listeners.set(channel, callbacks.add(onNotify));
      await takeTurn(() => session.run(`listen ${quoted(channel)}`));
      return async () => {
        callbacks.delete(onNotify);
        if (callbacks.size > 0) return;
        listeners.delete(channel);
        await takeTurn(() => session.run(`unlisten ${quoted(channel)}`));
      };
    },
    async close() {
      clearInterval(vacuuming);
      await takeTurn(async () => {
        await client.end();
        await stopWorker(worker);
      });
    },
  };

  // Outside a transaction, so that a rollback cannot take it back.
  async function become(role: "app" | "owner"): Promise<void> {
    if (isOwner === (role === "owner")) return;
    try {
      await session.run(role === "owner" ? "reset role" : "set role tieline_app");
    } catch (error) {
      throw toDbError(error);
    }
    isOwner = role === "owner";
  }

  function vacuum(): Promise<void> {
    return takeTurn(async () => {
      await become("owner");
      await session.run("vacuum analyze");
    });
  }
}

async function startWorker({ folder, isDurable = true, dump }: PgliteConfig): Promise<Worker> {
  const options: WorkerOptions = { isDurable, wasmModule: await compiledEngine() };
  if (folder !== undefined) options.folder = folder;
  if (dump) options.dump = dump;
  const worker = new Worker(new URL("./pglite-worker.ts", import.meta.url), { workerData: options });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.once("message", (message: FromWorker) =>
    typeof message === "object" && "failed" in message ? reject(message.failed) : resolve(),
  );
  worker.once("error", reject);
  try {
    await promise;
    return worker;
  } catch (cause) {
    await worker.terminate();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlatformError("db.unavailable", `The embedded database did not start: ${reason}`, { cause });
  }
}

async function stopWorker(worker: Worker): Promise<void> {
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  worker.postMessage("close" satisfies ToWorker);
  await exited;
}
