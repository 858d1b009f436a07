/** One request that a hook took in. */
export interface Delivery {
  id: string;
  at: string;
  account: string;
  hook: string;
  method: string;
  contentType: string;
  /** Body fields with the query's merged in; one entry for each run that Zapier would start. */
  runs: unknown[];
  /** `call_id` of the payload or of its `call`, when there is one. */
  callId: string | undefined;
}

/** Everything that arrived, in order, with counts by call. */
export interface Deliveries {
  add(delivery: Delivery): void;
  list(options?: { hook?: string; after?: number; limit?: number }): Delivery[];
  count(hook?: string): number;
  /** Calls that one hook received more than once, and how often. */
  duplicates(): Array<{ hook: string; callId: string; count: number }>;
  clear(): void;
}

export function createDeliveries(): Deliveries {
  const all: Delivery[] = [];
  // The same call may rightly go to several hooks, so counts are kept per hook.
  const byHook = new Map<string, { total: number; calls: Map<string, number> }>();

  return { add, list, count, duplicates, clear };

  function add(delivery: Delivery): void {
    all.push(delivery);
    const counts = byHook.get(delivery.hook) ?? { total: 0, calls: new Map<string, number>() };
    byHook.set(delivery.hook, counts);
    counts.total++;
    const { callId } = delivery;
    if (callId !== undefined) counts.calls.set(callId, (counts.calls.get(callId) ?? 0) + 1);
  }

  function list({
    hook,
    after = 0,
    limit = Number.POSITIVE_INFINITY,
  }: {
    hook?: string;
    after?: number;
    limit?: number;
  } = {}) {
    const chosen = hook === undefined ? all : all.filter((delivery) => delivery.hook === hook);
    return chosen.slice(after, after + limit);
  }

  function count(hook?: string): number {
    return hook === undefined ? all.length : (byHook.get(hook)?.total ?? 0);
  }

  function duplicates() {
    return [...byHook].flatMap(([hook, { calls }]) =>
      [...calls].filter(([, times]) => times > 1).map(([callId, times]) => ({ hook, callId, count: times })),
    );
  }

  function clear(): void {
    all.length = 0;
    byHook.clear();
  }
}
