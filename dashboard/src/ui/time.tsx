import { useSyncExternalStore } from "react";
import { absolute, relative } from "../rules/instants.ts";

/** An instant in words ("4 min ago"); the full time and its zone show on hover and on focus. */
export function Time({ at, focusable = false }: { at: string; focusable?: boolean }) {
  const now = useNow();
  return (
    <time dateTime={at} data-absolute={absolute(at)} tabIndex={focusable ? 0 : undefined} className="instant numbers">
      {relative(at, now)}
      <span className="sr-only">, {absolute(at)}</span>
    </time>
  );
}

// One clock for all of them: fifty rows do not need fifty timers.
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

function tick(): void {
  now = Date.now();
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!timer) {
    now = Date.now();
    timer = setInterval(tick, 10_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || !timer) return;
    clearInterval(timer);
    timer = null;
  };
}

function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
