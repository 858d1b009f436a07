import type { PageSize, Paging } from "./paging.ts";
import { lostWay, readText } from "./read-at.ts";

/** Each answer names the place of the next one: `after`, `page_token`. An answer that names none is the last. */
export function cursorPaging(options: {
  param: string;
  at: string;
  size?: PageSize;
  in?: "query" | "json";
}): Paging<string | null> {
  const { param, at, size } = options;
  const place = options.in ?? "query";
  return {
    start: null,
    request: (cursor) => ({
      [place]: { ...(size && { [size.param]: size.value }), ...(cursor !== null && { [param]: cursor }) },
    }),
    next(cursor, { body }) {
      const following = readText(body, at);
      if (following !== null && following === cursor) throw lostWay("a page names itself as the next one");
      return { state: following, done: following === null };
    },
  };
}
