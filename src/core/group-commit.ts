/**
 * Lets concurrent callers share one flush: items that arrive in the same turn of the event loop, or while earlier
 * flushes are under way, go together. No timer, so a lone caller does not wait.
 *
 * `flush` answers one result per item, in order. When it throws for several items it is called again for each alone,
 * so that one bad item does not refuse the others, unless `isForAll(error)` says that the error would hit each of them.
 */
export function createGroupCommit<Item, Result>({
  flush,
  isForAll,
  maxItems = 500,
  inFlight = 2,
}: {
  flush(items: Item[]): Promise<Result[]>;
  isForAll(error: unknown): boolean;
  maxItems?: number;
  /** Flushes at once. */
  inFlight?: number;
}): { add(item: Item): Promise<Result> } {
  interface Waiting {
    item: Item;
    resolve(result: Result): void;
    reject(error: unknown): void;
  }
  let waiting: Waiting[] = [];
  let running = 0;
  let scheduled = false;

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        schedule();
      }),
  };

  function schedule(): void {
    if (scheduled || running >= inFlight || waiting.length === 0) return;
    scheduled = true;
    // After the input of this turn of the loop has been read, so that it is all in the first flush.
    setImmediate(() => {
      scheduled = false;
      const batch = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      running++;
      void commit(batch).finally(() => {
        running--;
        schedule();
      });
      schedule();
    });
  }

  async function commit(batch: Waiting[]): Promise<void> {
    try {
      const results = await flush(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      if (batch.length === 1 || isForAll(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      for (const one of batch) await commit([one]);
    }
  }
}
