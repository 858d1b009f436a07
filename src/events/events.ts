import type { Page, PageRequest, TenantId } from "#core";
import type { Db } from "#db";
import type { StoredEvent } from "./feed.ts";
import { type FeedPage, type FollowOptions, followEvents } from "./follow.ts";
import { type EventFilter, listEvents } from "./list.ts";
import { createEventWatch, type EventWatchOptions } from "./watch.ts";

/** What happened, for whoever asks. */
export interface Events {
  list(tenantId: TenantId, filter: EventFilter, page: PageRequest): Promise<Page<StoredEvent>>;
  /** As they happen; nothing is lost or doubled between the position it begins at and the one it ended with. */
  follow(tenantId: TenantId, options: FollowOptions): AsyncGenerator<FeedPage>;
  close(): Promise<void>;
}

export function createEvents(options: EventWatchOptions & { db: Db }): Events {
  const { db } = options;
  const watch = createEventWatch(options);
  return {
    list: (tenantId, filter, page) => listEvents(db, tenantId, filter, page),
    follow: (tenantId, how) => followEvents(db, watch, tenantId, how),
    close: watch.close,
  };
}
