import type { Clock } from "#core";

/** Remembers answers for a few seconds. Many who ask at once share one question; "no such thing" is remembered too. */
export function createLookup<T>(deps: {
  clock: Clock;
  ttlMs: number;
  max: number;
  load: (key: string) => Promise<T | null>;
}) {
  const { clock, ttlMs, max, load } = deps;
  const known = new Map<string, { value: T | null; until: number }>();
  const asking = new Map<string, Promise<T | null>>();

  return {
    get(key: string): Promise<T | null> | T | null {
      const entry = known.get(key);
      if (entry && entry.until > clock.now()) return entry.value;
      return asking.get(key) ?? ask(key);
    },
    clear(): void {
      known.clear();
      asking.clear(); // an answer that is under way may be of before the change
    },
  };

  function ask(key: string): Promise<T | null> {
    const question: Promise<T | null> = load(key)
      .then((value) => {
        if (asking.get(key) !== question) return value;
        known.delete(key);
        known.set(key, { value, until: clock.now() + ttlMs });
        if (known.size > max) known.delete(known.keys().next().value as string); // the one asked longest ago
        return value;
      })
      .finally(() => {
        if (asking.get(key) === question) asking.delete(key);
      });
    asking.set(key, question);
    return question;
  }
}
