/** Hands out turns, one at a time, in the order they were asked for. */
export function createTurns(): <T>(fn: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (fn) => {
    const turn = last.then(fn);
    last = turn.catch(() => {});
    return turn;
  };
}
