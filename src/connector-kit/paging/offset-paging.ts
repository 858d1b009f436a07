import type { PageSize, Paging } from "./paging.ts";
import { readAt } from "./read-at.ts";

/**
 * Counts items: `offset=200&limit=100`. The last page is the one that reaches `totalAt`, or an empty one: a provider that
 * gives fewer than it was asked for has not come to an end. Rows that are removed while we read move the others forward,
 * so take another strategy where the provider has one.
 */
export function offsetPaging(options: { param: string; size: PageSize; totalAt?: string }): Paging<number> {
  const { param, size, totalAt } = options;
  return {
    start: 0,
    request: (offset) => ({ query: { [param]: offset, [size.param]: size.value } }),
    next(offset, { body, items }) {
      const state = offset + items.length;
      const total = totalAt === undefined ? undefined : readAt(body, totalAt);
      return { state, done: items.length === 0 || (typeof total === "number" && state >= total) };
    },
  };
}
