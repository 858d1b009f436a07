import type { AnsweredPage, PageRequest, Paging } from "./paging.ts";
import { lostWay, readAt, readText } from "./read-at.ts";

/** The rows a request of a keyset read asks for, a page of them. */
export type KeysetWindow =
  /** Those whose value is at least (`inclusive`) or above `from`, in the order of their values. */
  | { kind: "from"; from: string; inclusive: boolean }
  /** Those whose value is `value`, in the order of their ids, with an id above `afterId`; from the first one when null. */
  | { kind: "ties"; value: string; afterId: string | null };

/** `seen`: ids of rows with the value `from` that earlier pages had. */
export type KeysetState = { window: KeysetWindow; seen: string[] };

/**
 * For searches that end at a cap (HubSpot's after 10,000 results) or that shift while rows change. Every page is a window of its
 * own that starts at the last value seen: no offset, so no cap is ever reached, and a row that changes while we read moves
 * behind us or ahead of us but never takes another's place. Rows that share the value where one page ends are asked for again
 * and left out if they were there; when more rows share one value than a page holds, these are walked by id.
 */
export function keysetPaging(options: {
  pageSize: number;
  /** The first value. Values are compared by `compare`, by number or else by text when absent. */
  from: string;
  /** Where the value and the id stand in an item. */
  valueAt: string;
  idAt?: string;
  /** Where the answer says that there is more than this page; a page with fewer rows than `pageSize` is the last when absent. */
  moreAt?: string;
  /** From the value in an item to the value in a window, where the provider writes them differently. */
  toValue?(text: string): string;
  compare?(a: string, b: string): number;
  request(window: KeysetWindow, pageSize: number): PageRequest;
}): Paging<KeysetState> {
  const { pageSize, from, valueAt, idAt = "id", moreAt, toValue = (text) => text, compare = byNumberOrText } = options;
  return {
    start: { window: { kind: "from", from, inclusive: true }, seen: [] },
    request: ({ window }) => options.request(window, pageSize),
    select({ window, seen }, { items }) {
      if (seen.length === 0) return items;
      const isRepeated = (item: unknown) => seen.includes(idOf(item) ?? "") && sortValue(item) === boundaryOf(window);
      return items.filter((item) => !isRepeated(item));
    },
    next(state, page) {
      return state.window.kind === "from" ? nextWindow(state, page) : nextTies(state, state.window, page);
    },
  };

  function nextWindow(state: KeysetState, page: AnsweredPage): { state: KeysetState; done: boolean } {
    const { items } = page;
    if (isLast(page)) return { state, done: true };
    const values = items.map(sortValue).filter((value) => value !== null);
    const last = values.at(-1);
    if (last === undefined) throw lostWay("no item of a page has the date it is sorted by");
    const boundary = boundaryOf(state.window);
    if (compare(last, boundary) < 0) throw lostWay("the rows are not in the order that was asked for");
    // Sorted rows that all have the boundary's value: the next window would be this one again.
    const ids = items.filter((item) => sortValue(item) === last).flatMap((item) => idOf(item) ?? []);
    if (values.every((value) => value === last)) {
      const seen = last === boundary ? [...new Set([...state.seen, ...ids])] : ids;
      return { state: { window: { kind: "ties", value: last, afterId: null }, seen }, done: false };
    }
    if (last === boundary) throw lostWay("the rows are not in the order that was asked for");
    return { state: { window: { kind: "from", from: last, inclusive: true }, seen: ids }, done: false };
  }

  function nextTies(
    state: KeysetState,
    { value, afterId }: Extract<KeysetWindow, { kind: "ties" }>,
    page: AnsweredPage,
  ): { state: KeysetState; done: boolean } {
    if (isLast(page)) {
      return { state: { window: { kind: "from", from: value, inclusive: false }, seen: [] }, done: false };
    }
    const last = page.items.flatMap((item) => idOf(item) ?? []).at(-1);
    if (last === undefined || last === afterId) throw lostWay("rows with the same date cannot be told apart");
    return { state: { window: { kind: "ties", value, afterId: last }, seen: state.seen }, done: false };
  }

  function isLast({ body, items }: AnsweredPage): boolean {
    return moreAt === undefined ? items.length < pageSize : readAt(body, moreAt) == null;
  }

  function idOf(item: unknown): string | null {
    return readText(item, idAt);
  }

  function sortValue(item: unknown): string | null {
    const text = readText(item, valueAt);
    return text === null ? null : toValue(text);
  }
}

function boundaryOf(window: KeysetWindow): string {
  return window.kind === "from" ? window.from : window.value;
}

function byNumberOrText(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference)) return difference;
  return a < b ? -1 : Number(a > b);
}
