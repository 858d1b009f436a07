import { PlatformError } from "#core";
import type { AnsweredPage, PageRequest, Paging } from "./paging.ts";

/** What a provider of a test answers. */
export interface FakeAnswer {
  body: unknown;
  items: readonly unknown[];
  headers?: Record<string, string>;
}

/** Walks a list as a read does, its state through JSON each time. Throws when it does not come to an end. */
export function walk<State>(
  paging: Paging<State>,
  answer: (request: PageRequest, state: State) => FakeAnswer,
  start: State = paging.start,
): { items: unknown[]; requests: number; state: State } {
  const items: unknown[] = [];
  let state = start;
  for (let requests = 1; requests <= 5_000; requests++) {
    const page = toPage(answer(paging.request(state), state));
    items.push(...(paging.select?.(state, page) ?? page.items));
    const following = paging.next(state, page);
    state = JSON.parse(JSON.stringify(following.state));
    if (following.done) return { items, requests, state };
  }
  throw new Error("It goes on and on.");
}

export function toPage({ body, items, headers = {} }: FakeAnswer): AnsweredPage {
  return { body, items, headers: new Headers(headers) };
}

/** An answer's failure with a status, as the gateway throws it. */
export function aFailure(status: number): PlatformError {
  return new PlatformError("provider.validation", "Refused.", { provider: { id: "acme", status } });
}
