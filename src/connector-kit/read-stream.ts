import { type Clock, PlatformError, systemClock } from "#core";
import type { RecordKind, RecordOf } from "#model";
import type { ProviderAnswer, ProviderApi, ProviderRequest } from "./api.ts";
import { unreadableAnswer } from "./failures.ts";
import type { AnsweredPage, PageRequest } from "./paging/paging.ts";
import { readAt, readText } from "./paging/read-at.ts";
import type { ListRequest, Stream } from "./stream.ts";
import { type FailedItem, readItems } from "./stream-items.ts";
import { readPosition, type StreamPosition, type StreamRun, writePosition } from "./stream-position.ts";

// biome-ignore lint/suspicious/noExplicitAny: what an item is matters to `toRecord` alone
type AnyStream = Stream<any>;

export interface ReadStreamOptions {
  /** The cursor that was stored last; null for a first, full read. */
  since: string | null;
  signal?: AbortSignal;
  clock?: Clock;
  /** Reads the feed of deletions too, where there is one. Yes when absent; a feed may be long, so not every read needs it. */
  deletions?: boolean;
}

/** One page, and nothing else of the stream, is in memory. */
export interface StreamPage<Kind extends RecordKind = RecordKind> {
  /** Of everything, of what has changed, or of what was deleted. `full` again when a provider has forgotten our token. */
  part: "full" | "changes" | "deletions";
  records: RecordOf<Kind>[];
  /** Items that could not be read; the others of their page are among the records. */
  failed: FailedItem[];
  /** To be stored after the records are: a read from here brings what comes after them. */
  cursor: string;
  /** The last page of this read. A later read from its cursor brings what has changed since this one began. */
  done: boolean;
}

/**
 * Reads a stream page by page; the next page is asked for when it is wanted. A first read brings everything, later ones what
 * has changed. Throws what `send` throws, `provider.malformed_answer` for an answer without a list, and the signal's reason.
 */
export async function* readStream<Item, Kind extends RecordKind>(
  api: ProviderApi,
  stream: Stream<Item, Kind>,
  { since, signal, clock = systemClock, deletions = true }: ReadStreamOptions,
): AsyncGenerator<StreamPage<Kind>, void, undefined> {
  let position = readPosition(stream, since);
  for (let done = false; !done; ) {
    const sentAt = clock.now();
    const run = position.run ?? beginRun(stream, position);
    const list = listOf(stream, position, run);
    const state = "state" in run ? run.state : list.paging.start;
    let answer: ProviderAnswer;
    try {
      answer = await unlessAborted(() => api.send(toRequest(list, list.paging.request(state))), signal);
    } catch (error) {
      if (!isGone(list, run, error)) throw error;
      position = { ...position, token: null, run: null };
      continue;
    }
    const page = toPage(api, list, answer);
    const begun = { ...run, startedAt: run.startedAt ?? startOf(answer, sentAt, clock) };
    const found = list.paging.select?.(state, page) ?? page.items;
    const wanted = run.part === "deletions" ? found.filter((item) => isNews(stream, position, item)) : found;
    position = advance(stream, position, begun, list.paging.next(state, page), deletions);
    done = position.run === null;
    yield {
      part: run.part === "deletions" ? "deletions" : run.isFull ? "full" : "changes",
      ...readItems(stream, api.connection, wanted),
      cursor: writePosition(stream, position),
      done,
    };
  }
}

function beginRun({ list, cursor }: AnyStream, { changedSince, token }: StreamPosition): StreamRun {
  if (!list.paging.keepsState) return { part: "list", isFull: !cursor || changedSince === null };
  return token === null ? { part: "list", isFull: true } : { part: "list", isFull: false, state: token };
}

function listOf({ list, cursor, deleted }: AnyStream, { changedSince }: StreamPosition, run: StreamRun): ListRequest {
  if (run.part === "deletions" && deleted) return deleted;
  if (run.isFull || !cursor || changedSince === null) return list;
  const from = lookBack(changedSince, cursor.lookBackSeconds);
  if (cursor.changes) return cursor.changes(from);
  return cursor.query === undefined ? list : { ...list, query: { ...list.query, [cursor.query]: from } };
}

/** Where the read stands once a page is dealt with. */
function advance(
  { list, deletions }: AnyStream,
  position: StreamPosition,
  run: StreamRun & { startedAt: string },
  { state, done }: { state: unknown; done: boolean },
  wantsDeletions: boolean,
): StreamPosition {
  if (!done) return { ...position, run: { ...run, state } };
  const { part, isFull, startedAt } = run;
  // What changes while we read may change behind us, so the next read begins where this one began.
  if (part === "deletions") return { ...position, deletedSince: startedAt, run: null };
  const token = list.paging.keepsState ? state : null;
  const feed: StreamRun | null =
    deletions === "feed" && wantsDeletions ? { part: "deletions", startedAt, isFull } : null;
  return { ...position, changedSince: startedAt, token, run: feed };
}

function toRequest(list: ListRequest, page: PageRequest): ProviderRequest {
  const { method = "GET", path, query, json, headers, buckets } = list;
  const body = json || page.json ? { ...json, ...page.json } : undefined;
  return {
    method,
    // A link to the next page carries its query with it.
    path: page.path ?? path,
    ...(page.path === undefined && { query: { ...query, ...page.query } }),
    ...(body && { json: body }),
    ...(headers && { headers }),
    ...(buckets && { buckets }),
    effect: "read",
  };
}

function toPage(api: ProviderApi, { itemsAt }: ListRequest, { body, headers }: ProviderAnswer): AnsweredPage {
  const items = readAt(body, itemsAt);
  if (!Array.isArray(items)) throw unreadableAnswer(api.connection.provider, "read");
  return { body, headers, items };
}

/** A token that has been forgotten; on a full read none was shown, and asking anew would not end. */
function isGone(list: ListRequest, run: StreamRun, error: unknown): boolean {
  return !run.isFull && error instanceof PlatformError && list.paging.isGone?.(error) === true;
}

/** Whether a deletion is one that the last read of the feed cannot have shown. */
function isNews({ deleted, cursor }: AnyStream, { deletedSince }: StreamPosition, item: unknown): boolean {
  const at = deleted?.at === undefined ? null : readText(item, deleted.at);
  if (at === null || deletedSince === null) return true;
  return !(Date.parse(at) < Date.parse(lookBack(deletedSince, cursor?.lookBackSeconds ?? 0)));
}

/** When a read began: by our clock or, when ours is ahead, by the provider's. */
function startOf({ headers }: ProviderAnswer, sentAt: number, clock: Clock): string {
  const answeredAt = Date.parse(headers.get("date") ?? "");
  const theirs = Number.isNaN(answeredAt) ? sentAt : answeredAt - (clock.now() - sentAt);
  return new Date(Math.min(sentAt, theirs)).toISOString();
}

function lookBack(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) - seconds * 1_000).toISOString();
}

/** Ends at once when the signal does: the request that is under way is left to its time-out. */
async function unlessAborted<T>(start: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return start();
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([start(), promise]).finally(() => signal.removeEventListener("abort", onAbort));
}
