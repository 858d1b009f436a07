/** The lanes that wait for a free slot of this process: first come, first served, each at most once. */
export interface WaitingLanes {
  readonly size: number;
  add(laneKey: string, source?: { fromTransport: true }): void;
  has(mayGo: (laneKey: string) => boolean): boolean;
  /** The first that may go now, removed. */
  take(mayGo: (laneKey: string) => boolean): string | undefined;
  /** Resolves when few enough of what the transport brought are left, so that it does not pile up here while others idle. */
  room(): Promise<void>;
  /** From now on there is always room. */
  close(): void;
  /** All that is left, removed. */
  drain(): string[];
}

export function createWaitingLanes({ room: limit }: { room: number }): WaitingLanes {
  const keys = new Set<string>(); // in order of arrival
  const fromTransport = new Set<string>();
  let isClosed = false;
  let roomMade: (() => void)[] = [];

  return {
    get size() {
      return keys.size;
    },
    add(key, source) {
      keys.add(key);
      if (source) fromTransport.add(key);
    },
    has: (mayGo) => first(mayGo) !== undefined,
    take(mayGo) {
      const key = first(mayGo);
      if (key !== undefined) remove(key);
      return key;
    },
    async room() {
      if (!isClosed && fromTransport.size >= limit) await new Promise<void>((resolve) => roomMade.push(resolve));
    },
    close() {
      isClosed = true;
      makeRoom();
    },
    drain() {
      const left = [...keys];
      for (const key of left) remove(key);
      return left;
    },
  };

  function first(mayGo: (laneKey: string) => boolean): string | undefined {
    for (const key of keys) if (mayGo(key)) return key;
  }

  function remove(key: string): void {
    keys.delete(key);
    if (fromTransport.delete(key) && fromTransport.size < limit) makeRoom();
  }

  function makeRoom(): void {
    for (const resolve of roomMade) resolve();
    roomMade = [];
  }
}
