import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { staleAfter } from "../rules/stale-after.ts";
import { useApi } from "./api-context.tsx";
import { followEvents, type StreamState } from "./event-stream.ts";
import { live } from "./live.ts";

const LiveContext = createContext<StreamState>("connecting");

/** Keeps what the pages below show current by the stream of events. */
export function LiveUpdates({ hasTenant, children }: { hasTenant: boolean; children: ReactNode }) {
  const api = useApi();
  const cache = useQueryClient();
  const [state, setState] = useState<StreamState>("connecting");
  useEffect(() => {
    if (!hasTenant) return;
    const refresh = createRefresh(cache, api.tenant);
    const stop = followEvents({ api, onState: setState, onEvents: refresh.after, onGap: refresh.everything });
    return () => {
      stop();
      refresh.stop();
      setState("connecting");
    };
  }, [api, cache, hasTenant]);
  return <LiveContext value={state}>{children}</LiveContext>;
}

export function useStreamState(): StreamState {
  return useContext(LiveContext);
}

/** How often a page asks: as given while the stream is cut, seldom while it tells what happens. */
export function usePolling(everyMs: number): number {
  return useStreamState() === "live" ? Math.max(everyMs, live.beside) : everyMs;
}

const restMs = 250; // a burst of events is one question, not one each

/** Asks again for what events made old: at once, then no more than one round at a time. */
function createRefresh(cache: QueryClient, tenant: string | null) {
  const old = new Set<string>();
  let isAllOld = false;
  let isBusy = false;
  let isStopped = false;

  return {
    after(types: string[]) {
      for (const type of types) {
        const words = staleAfter(type);
        if (words) for (const word of words) old.add(word);
        else isAllOld = true;
      }
      void run();
    },
    everything() {
      isAllOld = true;
      void run();
    },
    stop() {
      isStopped = true;
    },
  };

  async function run(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    while (!isStopped && (isAllOld || old.size > 0)) {
      const words = new Set(old);
      const isAll = isAllOld;
      old.clear();
      isAllOld = false;
      const isOld = (of: unknown, word: unknown) => of === tenant && (isAll || words.has(word as string));
      // The next round waits for this one: answers that are always overtaken would never be shown.
      await cache.invalidateQueries({ predicate: ({ queryKey: [of, word] }) => isOld(of, word) });
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
    isBusy = false;
  }
}
