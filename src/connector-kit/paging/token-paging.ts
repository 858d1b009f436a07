import type { PlatformError } from "#core";
import type { Paging } from "./paging.ts";
import { lostWay, readText } from "./read-at.ts";

export interface TokenState {
  /** What the provider gave at the end of the last read; null on the first one. */
  sync: string | null;
  page: string | null;
}

/**
 * A continuation token: the last page of a read carries one, and the next read that shows it is told only what has changed
 * since. Where the token has been forgotten the stream is read anew, and says so.
 */
export function tokenPaging(options: {
  /** `nextPageToken` → `pageToken`. */
  page: { param: string; at: string };
  /** `nextSyncToken` → `syncToken`. */
  sync: { param: string; at: string };
  /** 410 when absent. */
  isGone?(error: PlatformError): boolean;
}): Paging<TokenState> {
  const { page, sync, isGone = (error) => error.provider?.status === 410 } = options;
  return {
    start: { sync: null, page: null },
    request: (state) => ({
      query: {
        ...(state.sync !== null && { [sync.param]: state.sync }),
        ...(state.page !== null && { [page.param]: state.page }),
      },
    }),
    next(state, { body }) {
      const following = readText(body, page.at);
      if (following !== null) {
        if (following === state.page) throw lostWay("a page names itself as the next one");
        return { state: { sync: state.sync, page: following }, done: false };
      }
      const token = readText(body, sync.at);
      // Without it the next read would be a full one, each time, and nobody would notice.
      if (token === null) throw lostWay("the last page carries no token for the next read");
      return { state: { sync: token, page: null }, done: true };
    },
    keepsState: true,
    isGone,
  };
}
