import type { PlatformError } from "#core";

/** One answer, as a paging strategy looks at it. */
export interface AnsweredPage {
  /** Parsed JSON. */
  body: unknown;
  headers: Headers;
  /** Every item of the answer, before any is left out. */
  items: readonly unknown[];
}

/** What a strategy adds to a list's request. */
export interface PageRequest {
  query?: Record<string, string | number>;
  /** Merged into the top level of the list's JSON body. */
  json?: Record<string, unknown>;
  /** In place of the list's own path and query. */
  path?: string;
}

/**
 * How a provider's lists are cut into pages. Pure: a strategy says what to ask for and what an answer means, and sends
 * nothing. Its state is JSON, so that a read can go on from it in another process.
 */
export interface Paging<State = unknown> {
  start: State;
  request(state: State): PageRequest;
  /** The state that asks for what comes after this page. Throws `provider.malformed_answer` when the answer leads nowhere. */
  next(state: State, page: AnsweredPage): { state: State; done: boolean };
  /** Those of the page's items that no earlier page had; all of them when absent. */
  select?(state: State, page: AnsweredPage): readonly unknown[];
  /** The state after the last page is a token from which the next read tells what has changed. */
  keepsState?: boolean;
  /** The provider has forgotten the kept token: everything must be read anew. */
  isGone?(error: PlatformError): boolean;
}

/** How many items a page is asked to have. */
export interface PageSize {
  param: string;
  value: number;
}
