import type { PageSize, Paging } from "./paging.ts";
import { readAt } from "./read-at.ts";

/** Counts pages: `page=3`. The last is the one numbered `lastAt`, one whose `moreAt` is false, or an empty one. */
export function pageNumberPaging(options: {
  param: string;
  /** The number of the first page; 1 when absent. */
  first?: number;
  size?: PageSize;
  /** Where the answer says how many pages there are. */
  lastAt?: string;
  /** Where the answer says whether there are more. */
  moreAt?: string;
}): Paging<number> {
  const { param, first = 1, size, lastAt, moreAt } = options;
  return {
    start: first,
    request: (number) => ({ query: { [param]: number, ...(size && { [size.param]: size.value }) } }),
    next(number, { body, items }) {
      const pages = lastAt === undefined ? undefined : readAt(body, lastAt);
      const isLast = typeof pages === "number" && number - first + 1 >= pages;
      const hasNoMore = moreAt !== undefined && readAt(body, moreAt) === false;
      return { state: number + 1, done: items.length === 0 || isLast || hasNoMore };
    },
  };
}
