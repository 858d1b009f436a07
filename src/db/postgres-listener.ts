import type { Client } from "pg";
import type { Db } from "./db.ts";

type Listeners = Map<string, Set<(payload: string) => void>>;

/**
 * LISTEN on one connection of its own, opened with the first listener and opened again when it breaks. What is told
 * in between is missed, which callers bear: they poll as well.
 */
export function createPostgresListener(
  openClient: () => Promise<Client>,
  log: (message: string) => void,
): { listen: Db["listen"]; close(): Promise<void> } {
  const listeners: Listeners = new Map();
  let opening: Promise<Client> | undefined;
  let isClosed = false;

  return { listen, close };

  async function listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>> {
    const callbacks = listeners.get(channel) ?? new Set();
    listeners.set(channel, callbacks.add(onNotify));
    try {
      await (await connected()).query(`listen ${quoted(channel)}`);
    } catch (error) {
      callbacks.delete(onNotify);
      throw error;
    }
    return async () => {
      callbacks.delete(onNotify);
      if (callbacks.size > 0 || !opening) return;
      listeners.delete(channel);
      await (await opening).query(`unlisten ${quoted(channel)}`).catch(() => {}); // broken: nothing is heard anyway
    };
  }

  function connected(): Promise<Client> {
    opening ??= open();
    return opening;
  }

  async function open(): Promise<Client> {
    try {
      const client = await openClient();
      client.on("notification", ({ channel, payload }) => tell(listeners, channel, payload ?? ""));
      client.once("end", reopenLater);
      for (const channel of listeners.keys()) await client.query(`listen ${quoted(channel)}`);
      return client;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }

  function reopenLater(): void {
    opening = undefined;
    if (isClosed || listeners.size === 0) return;
    log("The connection that listens broke; it is opened again.");
    setTimeout(() => {
      if (!isClosed) connected().catch(reopenLater);
    }, 1000).unref();
  }

  async function close(): Promise<void> {
    isClosed = true;
    listeners.clear();
    const client = await opening?.catch(() => undefined);
    await client?.end().catch(() => {});
  }
}

export function tell(listeners: Listeners, channel: string, payload: string): void {
  for (const callback of listeners.get(channel) ?? []) callback(payload);
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
