/** How long to wait before try number `attempt` (1 = first retry): exponential, capped, ±20 % so that a crowd does not return at once. */
export function backoffMs(
  attempt: number,
  options: { baseMs?: number; capMs?: number; random?: () => number } = {},
): number {
  const { baseMs = 1_000, capMs = 15 * 60_000, random = Math.random } = options;
  const step = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(step * (0.8 + 0.4 * random()));
}

/** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
