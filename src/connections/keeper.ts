import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type ErrorCode, type ErrorDetails, PlatformError } from "#core";
import type { Db } from "#db";
import type { Credentials } from "./credentials.ts";
import { type RefreshJob, readNewer } from "./refresh.ts";
import type { Vault, VaultKey } from "./vault.ts";

/** Refreshes tokens in a process of its own, which ends its work when this one is killed. */
export interface Keeper {
  carryOut(job: RefreshJob): Promise<Credentials>;
  /** Waits for what is under way; what takes longer than `withinMs` goes on without us. */
  close(options?: { withinMs?: number }): Promise<void>;
}

/** The first line that a keeper process reads. */
export interface KeeperConfig {
  databaseUrl: string;
  /** Keys in base64. */
  keys: { id: string; key: string }[];
  activeKeyId: string;
}

/** Every further line. */
export interface KeeperOrder {
  id: string;
  job: RefreshJob;
}

/** What it writes for each. The credentials are in the database, where they are safe. */
export type KeeperReply =
  | { id: string; done: true }
  | {
      id: string;
      done: false;
      code: ErrorCode;
      detail: string;
      details: Pick<ErrorDetails, "provider" | "retryAfterMs">;
    };

interface Waiting {
  resolve(): void;
  reject(error: PlatformError): void;
}

/**
 * Between a provider's answer with a new single-use token and our commit, a kill -9 would lose the only live token. So
 * the request is made by a small process in its own session: it started before the request left, it stores the answer
 * itself, and it ends only when nothing is under way. It starts with the first such refresh.
 */
export function createKeeper(deps: { db: Db; vault: Vault; databaseUrl: string; keys: readonly VaultKey[] }): Keeper {
  const { db, vault } = deps;
  const waiting = new Map<string, Waiting>();
  let running: ChildProcess | undefined;

  return { carryOut, close };

  async function carryOut(job: RefreshJob): Promise<Credentials> {
    running ??= start();
    const { stdin } = running;
    const id = randomUUID();
    await new Promise<void>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      stdin?.write(`${JSON.stringify({ id, job } satisfies KeeperOrder)}\n`);
    });
    return readNewer(db, vault, job);
  }

  function start(): ChildProcess {
    const child = spawn(process.execPath, [fileURLToPath(new URL("./keeper-process.ts", import.meta.url))], {
      detached: true, // its own session: a signal to our group is not for it
      stdio: ["pipe", "pipe", "ignore"], // an inherited stream would keep whoever reads it waiting after our death
    });
    const config: KeeperConfig = {
      databaseUrl: deps.databaseUrl,
      keys: deps.keys.map(({ id, key }) => ({ id, key: Buffer.from(key).toString("base64") })),
      activeKeyId: vault.activeKeyId,
    };
    child.stdin?.on("error", () => {}); // told by `exit`
    child.stdin?.write(`${JSON.stringify(config)}\n`);
    if (child.stdout)
      createInterface({ input: child.stdout }).on("line", (line) => settle(JSON.parse(line) as KeeperReply));
    child.once("error", () => lose(child));
    child.once("exit", () => lose(child));
    child.unref();
    return child;
  }

  function settle(reply: KeeperReply): void {
    const found = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.done) found?.resolve();
    else found?.reject(new PlatformError(reply.code, reply.detail, reply.details));
  }

  // Its leases run out, and then whoever needs the token tries again.
  function lose(child: ChildProcess): void {
    if (running !== child) return;
    running = undefined;
    for (const { reject } of waiting.values()) {
      reject(new PlatformError("lease.lost", "The process that refreshes tokens ended; the refresh is tried again."));
    }
    waiting.clear();
  }

  async function close({ withinMs }: { withinMs?: number } = {}): Promise<void> {
    const child = running;
    if (!child) return;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    child.once("exit", () => end());
    child.ref();
    child.stdin?.end();
    const patience = withinMs === undefined ? undefined : setTimeout(end, withinMs);
    await ended;
    clearTimeout(patience);
    child.unref();
  }
}
