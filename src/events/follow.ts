import type { TenantId } from "#core";
import type { Db } from "#db";
import { createBell } from "#jobs";
import { type Position, readEnd, readFeed, type StoredEvent } from "./feed.ts";
import type { EventWatch } from "./watch.ts";

export interface FollowOptions {
  /** Null begins with what happens from now on. */
  after: Position | null;
  /** Ends it. */
  signal: AbortSignal;
  /** After so many milliseconds without an event an empty page says that we are still there. */
  beatMs: number;
}

export interface FeedPage {
  events: StoredEvent[];
  position: Position;
}

/** Pages this large keep a reader who comes back after hours from holding all of it in memory. */
const pageSize = 200;

/** A tenant's events as they happen, page by page, the first page at once even when it is empty. */
export async function* followEvents(
  db: Db,
  watch: EventWatch,
  tenantId: TenantId,
  { after, signal, beatMs }: FollowOptions,
): AsyncGenerator<FeedPage> {
  const bell = createBell();
  const unwatch = watch.watch(tenantId, bell.ring);
  signal.addEventListener("abort", bell.ring);
  try {
    let position = after;
    let silentUntil = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      const page = await read(position);
      if (signal.aborted) return;
      position = page.position;
      if (page.events.length > 0 || performance.now() >= silentUntil) {
        yield page;
        silentUntil = performance.now() + beatMs;
      }
      if (page.events.length < pageSize) await bell.wait(silentUntil - performance.now());
    }
  } finally {
    signal.removeEventListener("abort", bell.ring);
    unwatch();
  }

  function read(position: Position | null): Promise<FeedPage> {
    return db.withTenant(tenantId, async (tx) =>
      position === null
        ? { events: [], position: await readEnd(tx) }
        : readFeed(tx, tenantId, { after: position, limit: pageSize }),
    );
  }
}
