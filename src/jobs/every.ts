/** Runs `run` every `ms`, never twice at once. Answers how to stop, which waits for a run on its way. `run` must not throw. */
export function every(ms: number, run: () => Promise<void>): () => Promise<void> {
  let isStopped = false;
  let current = Promise.resolve();
  let timer = setTimeout(next, ms);

  function next(): void {
    current = run().then(() => {
      if (!isStopped) timer = setTimeout(next, ms);
    });
  }

  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await current;
  };
}
