import { Duplex } from "node:stream";
import type { Worker } from "node:worker_threads";
import { PlatformError } from "#core";
import type { FromWorker, ToWorker } from "./pglite-worker.ts";

/**
 * The embedded engine as a socket: the same driver speaks the same protocol to it as to a server, so types, errors
 * and notifications cannot differ. Bytes written in one turn of the loop travel as one message.
 */
export class WorkerStream extends Duplex {
  readonly #worker: Worker;
  #waiting: Uint8Array[] = [];

  constructor(worker: Worker) {
    super({ allowHalfOpen: false });
    this.#worker = worker;
    worker.on("message", (message: FromWorker) => {
      if (message instanceof Uint8Array) this.push(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
      else if (typeof message === "object") this.#break(message.failed);
    });
    worker.once("exit", () => this.destroy());
    worker.once("error", (error) => this.#break(error));
  }

  #break(cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.destroy(new PlatformError("db.unavailable", `The embedded database stopped: ${reason}`, { cause }));
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    if (this.#waiting.push(chunk) === 1) queueMicrotask(() => this.#flush());
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  #flush(): void {
    const bytes = new Uint8Array(this.#waiting.reduce((length, chunk) => length + chunk.length, 0));
    let offset = 0;
    for (const chunk of this.#waiting) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    this.#waiting = [];
    this.#worker.postMessage(bytes satisfies ToWorker, [bytes.buffer]);
  }

  // What the driver expects of a socket.
  connect(): this {
    queueMicrotask(() => this.emit("connect"));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
