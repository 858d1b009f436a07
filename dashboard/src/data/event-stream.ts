import { createMessageReader } from "../rules/server-messages.ts";
import type { Api } from "./client.ts";

export type StreamState = "connecting" | "live" | "cut";

export interface EventStreamOptions {
  api: Api;
  /** The types of what happened. */
  onEvents(types: string[]): void;
  /** What happened meanwhile is not known: anything may be old. */
  onGap(): void;
  onState(state: StreamState): void;
}

/** Between the windows of one browser: who holds the stream tells the others. */
type Note = { says: "hello" } | { says: "state"; state: StreamState } | { says: "events"; types: string[] };

const silenceMs = 35_000; // the server sends something every 15 s
const retryMs = [500, 1_000, 2_000, 5_000, 15_000];

/**
 * What happens to this tenant, while this window is visible: one stream for all windows of the browser that show it, which
 * resumes where it was cut. Answers how to end it.
 */
export function followEvents({ api, onEvents, onGap, onState }: EventStreamOptions): () => void {
  const name = `tieline-events:${api.tenant ?? "own"}`;
  const channel = new BroadcastChannel(name);
  let position: string | null = null;
  let held: { stop: AbortController; isHolder: boolean } | null = null;
  let current: StreamState = "connecting";

  channel.onmessage = ({ data }: MessageEvent<Note>) => hear(data);
  document.addEventListener("visibilitychange", look);
  look();

  return () => {
    document.removeEventListener("visibilitychange", look);
    held?.stop.abort();
    channel.close();
  };

  function look(): void {
    if (document.hidden) {
      held?.stop.abort();
      held = null;
      setState("connecting"); // what it will be when somebody looks again
    } else if (!held) {
      held = { stop: new AbortController(), isHolder: false };
      void hold(held);
      tell({ says: "hello" });
    }
  }

  function hear(note: Note): void {
    if (!held) return;
    if (held.isHolder) {
      if (note.says === "hello") tell({ says: "state", state: current });
    } else if (note.says === "events") {
      onEvents(note.types);
    } else if (note.says === "state") {
      // What the other window heard before is not known here, nor from where to resume.
      position = null;
      if (note.state === "live" && current !== "live") onGap();
      setState(note.state);
    }
  }

  async function hold(mine: { stop: AbortController; isHolder: boolean }): Promise<void> {
    const { signal } = mine.stop;
    const follow = async () => {
      mine.isHolder = true;
      await keepOpen(signal);
    };
    try {
      // Locks are missing on plain http beyond localhost; there each window has a stream.
      if (navigator.locks) await navigator.locks.request(name, { signal }, follow);
      else await follow();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async function keepOpen(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        for await (const _ of read(signal)) failures = 0;
      } catch {
        // However it ended, it is opened again.
      }
      if (signal.aborted) return;
      share("cut");
      await pause(retryMs[Math.min(failures, retryMs.length - 1)] ?? 0, signal);
    }
  }

  /** One stream, until it ends; yields with each piece that arrives. */
  async function* read(signal: AbortSignal): AsyncGenerator<void> {
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), silenceMs);
    try {
      const toMessages = createMessageReader();
      const pieces = api.text("/v1/events/stream", {
        signal: AbortSignal.any([signal, silent.signal]),
        ...(position ? { headers: { "last-event-id": position } } : {}),
      });
      const resumes = position !== null;
      for await (const piece of pieces) {
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), silenceMs);
        const types: string[] = [];
        for (const { id, kind, data } of toMessages(piece)) {
          if (id !== null) position = id;
          if (kind === "message") types.push((JSON.parse(data) as { type: string }).type);
          if (kind !== "ready") continue;
          if (!resumes) onGap();
          share("live");
        }
        if (types.length > 0) {
          onEvents(types);
          tell({ says: "events", types });
        }
        yield;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  function share(state: StreamState): void {
    setState(state);
    tell({ says: "state", state });
  }

  function setState(state: StreamState): void {
    if (current === state) return;
    current = state;
    onState(state);
  }

  function tell(note: Note): void {
    channel.postMessage(note);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
