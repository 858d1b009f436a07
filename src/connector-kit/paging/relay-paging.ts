import type { Paging } from "./paging.ts";
import { lostWay, readAt, readText } from "./read-at.ts";

/**
 * A GraphQL connection (Relay's specification): `first` and `after` among the variables, `pageInfo` in the answer. Set the
 * list's `itemsAt` to the connection's `nodes`, or to its `edges`: then the nodes are taken out of them.
 */
export function relayPaging(options: {
  /** Where the connection stands: `data.clients`. */
  at: string;
  first: number;
  /** The query's other variables. */
  variables?: Record<string, unknown>;
}): Paging<string | null> {
  const { at, first, variables } = options;
  return {
    start: null,
    request: (after) => ({ json: { variables: { ...variables, first, after } } }),
    next(after, { body }) {
      const hasNext = readAt(body, `${at}.pageInfo.hasNextPage`);
      // GraphQL tells a refusal with status 200: taking the absence of pageInfo for the end would lose the rest.
      if (typeof hasNext !== "boolean") throw lostWay("the answer has no pageInfo");
      const endCursor = readText(body, `${at}.pageInfo.endCursor`);
      if (hasNext && (endCursor === null || endCursor === after))
        throw lostWay("there is a next page and no way to it");
      return { state: endCursor, done: !hasNext };
    },
    select: (_after, { items }) => items.map((item) => readAt(item, "node") ?? item),
  };
}
