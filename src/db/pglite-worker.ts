import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import { DurableNodeFS, durableStartParams, proveSyncs } from "./durable-file-system.ts";
import { findFatalError } from "./fatal-errors.ts";

/** What the worker is started with. */
export interface WorkerOptions {
  /** Absent: the data lives in memory. */
  folder?: string;
  /** False: the operating system decides when data reaches the disk. */
  isDurable: boolean;
  /** Compiled once per process. */
  wasmModule: WebAssembly.Module;
}

/** What the worker says: it is ready, it failed for good, or bytes of the PostgreSQL protocol. */
export type FromWorker = "ready" | "closed" | { failed: Error } | Uint8Array<ArrayBuffer>;
/** What it is told: to close, or bytes of the PostgreSQL protocol. */
export type ToWorker = "close" | Uint8Array<ArrayBuffer>;

if (!isMainThread && parentPort) serve(parentPort, workerData as WorkerOptions);

async function serve(port: NonNullable<typeof parentPort>, options: WorkerOptions): Promise<void> {
  const say = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  try {
    const database = await open(options);
    port.on("message", async (message: ToWorker) => {
      if (message === "close") {
        await database.close();
        say("closed");
        port.close();
        return;
      }
      try {
        const answer = database.execProtocolRawSync(message).slice(); // a copy: the engine uses its buffer again
        const fatal = findFatalError(answer);
        if (answer.length > 0) say(answer, [answer.buffer]);
        if (fatal) fail(fatal);
      } catch (error) {
        fail(error); // the engine itself broke, not a statement
      }
    });
    say("ready");
  } catch (error) {
    fail(error);
  }

  // Without closing the database: its memory must not reach the disk any more.
  function fail(reason: unknown): void {
    port.removeAllListeners("message");
    say({ failed: reason instanceof Error ? reason : new Error(String(reason)) });
    port.close();
  }
}

async function open({ folder, isDurable, wasmModule }: WorkerOptions): Promise<PGlite> {
  const options: PGliteOptions = { pgliteWasmModule: wasmModule };
  if (folder === undefined) return PGlite.create(options);
  if (!isDurable) return PGlite.create(folder, options);
  const fileSystem = new DurableNodeFS(folder);
  const database = await PGlite.create({ ...options, fs: fileSystem, startParams: durableStartParams });
  await proveSyncs(database, fileSystem);
  return database;
}
