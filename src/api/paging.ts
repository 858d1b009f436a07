import { type Page, PlatformError } from "#core";

/** A page as it is answered. */
export function toPageBody<T, U>(page: Page<T>, present: (item: T) => U) {
  return {
    data: page.data.map(present),
    has_more: page.nextCursor !== null,
    next_cursor: page.nextCursor,
    prev_cursor: page.prevCursor,
  };
}

/** What `readPage` of core takes, from a parsed query. */
export function pageRequest({ cursor, limit }: { cursor?: string | undefined; limit: number }) {
  return { ...(cursor && { cursor }), limit };
}

export function badCursor(): PlatformError {
  return new PlatformError("request.invalid", "The cursor is not one that a list answered with.", {
    errors: [{ pointer: "?cursor", code: "invalid_cursor", detail: "Send next_cursor or prev_cursor unchanged." }],
  });
}
