import { PlatformError } from "#core";
import type { Db } from "./db.ts";
import { type EmbeddedEngine, type EngineConfig, startEngine } from "./embedded-engine.ts";
import { toDbError } from "./errors.ts";
import { quoted, tell } from "./postgres-listener.ts";
import { refuseInsideTransaction, runOwnerTransaction, runTransaction, type WithSession } from "./transaction.ts";
import { createTurns } from "./turns.ts";

export interface PgliteConfig extends EngineConfig {
  /** How often the tables are vacuumed and analyzed, which the embedded engine never does by itself; default 10 min. */
  vacuumEveryMs?: number;
}

const youngMs = [10_000, 40_000, 120_000];

/** The embedded engine: one session, lent to one transaction at a time. */
export async function createPgliteDb(config: PgliteConfig, log: (message: string) => void): Promise<Db> {
  const takeTurn = createTurns();
  const listeners = new Map<string, Set<(payload: string) => void>>();
  const onNotify = (channel: string, payload: string) => tell(listeners, channel, payload);
  let engine: EmbeddedEngine = await startEngine(config, onNotify, log);
  let role: "owner" | "app" = "owner";
  let closing: Promise<void> | undefined;
  const vacuuming = setInterval(() => {
    vacuum().catch((error) => log(`The tables could not be vacuumed: ${error}`));
  }, config.vacuumEveryMs ?? 600_000).unref();
  // A young database has no statistics: until the first vacuum its plans would read whole tables for single rows.
  const firstLooks = youngMs.map((afterMs) =>
    setTimeout(() => {
      asOwner((session) => session.run("analyze")).catch((error) => log(`The tables could not be analyzed: ${error}`));
    }, afterMs).unref(),
  );

  const as =
    (wanted: typeof role): WithSession =>
    async (fn) => {
      // Whoever asked before the close still gets a turn.
      if (closing) throw new PlatformError("db.unavailable", "The database is closed.");
      return takeTurn(async () => fn(await sessionAs(wanted)));
    };
  const [asApp, asOwner] = [as("app"), as("owner")];

  return {
    engine: "pglite",
    withTenant: (tenantId, fn) => runTransaction(asApp, tenantId, fn, log),
    transaction: (fn) => runTransaction(asApp, undefined, fn, log),
    asOwner: (fn) => runOwnerTransaction(asOwner, fn),
    listen,
    close() {
      closing ??= close();
      return closing;
    },
  };

  async function sessionAs(wanted: typeof role): Promise<EmbeddedEngine["session"]> {
    if (engine.isBroken) await restart();
    if (role !== wanted) {
      // Outside a transaction, so that a rollback cannot take it back.
      try {
        await engine.session.run(wanted === "owner" ? "reset role" : "set role tieline_app");
      } catch (error) {
        throw toDbError(error);
      }
      role = wanted;
    }
    return engine.session;
  }

  // The engine stops itself when it can no longer write its log, on a full disk say. A folder holds all that was
  // committed and is opened again with the next transaction; what was in memory is gone, which nobody may overlook.
  async function restart(): Promise<void> {
    if (config.folder === undefined)
      throw new PlatformError("db.unavailable", "The database in memory broke, and its data is gone.");
    await engine.stop();
    engine = await startEngine(config, onNotify, log);
    role = "owner";
    for (const channel of listeners.keys()) await engine.session.run(`listen ${quoted(channel)}`);
    log("The embedded database was opened again.");
  }

  async function listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>> {
    refuseInsideTransaction();
    const callbacks = listeners.get(channel) ?? new Set();
    listeners.set(channel, callbacks.add(onPayload));
    await asApp((session) => session.run(`listen ${quoted(channel)}`));
    return async () => {
      callbacks.delete(onPayload);
      if (callbacks.size > 0 || closing) return;
      listeners.delete(channel);
      await asApp((session) => session.run(`unlisten ${quoted(channel)}`));
    };
  }

  async function vacuum(): Promise<void> {
    await asOwner((session) => session.run("vacuum analyze"));
  }

  async function close(): Promise<void> {
    clearInterval(vacuuming);
    for (const look of firstLooks) clearTimeout(look);
    await takeTurn(() => engine.stop());
  }
}
