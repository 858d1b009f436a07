import type { z } from "zod";
import type { RecordKind, RecordOf } from "#model";
import type { ConnectionView } from "./api.ts";
import type { Paging } from "./paging/paging.ts";

/** A request that lists things, without what its paging adds. */
export interface ListRequest {
  /** GET when absent. */
  method?: "GET" | "POST";
  path: string;
  query?: Record<string, string | number | boolean>;
  json?: Record<string, unknown>;
  headers?: Record<string, string>;
  buckets?: string[];
  /** Where the items stand in the answer, dotted; `""` when the answer is the array. */
  itemsAt: string;
  // biome-ignore lint/suspicious/noExplicitAny: only the strategy itself knows its state
  paging: Paging<any>;
}

/** How a stream reads only what has changed. Either `query`, or `changes`. */
export interface StreamCursor {
  /** Where an item's date of change stands. */
  field: string;
  /** The parameter of `list` that takes the instant from which on changes are wanted. */
  query?: string;
  /** Another list, of what has changed since an instant (UTC, ISO). */
  changes?(since: string): ListRequest;
  /** For how long the provider's index may hide a change. Each read begins so much earlier than the last one did. */
  lookBackSeconds: number;
}

/**
 * How deletions are seen.
 * - `tombstones`: the list itself shows deleted items, and `toRecord` sets `deletedAt`.
 * - `feed`: a list of their own, read after the other one.
 * - `none`: the provider does not tell; only a full read shows what is no longer there.
 */
export const deletionKinds = ["tombstones", "feed", "none"] as const;
export type DeletionKind = (typeof deletionKinds)[number];

/** One kind of thing that a connector reads: what the provider sends, how it pages, how it becomes our record. */
export interface Stream<Item = unknown, Kind extends RecordKind = RecordKind> {
  /** Lower-case, as in checkpoints and settings: `contacts`. */
  name: string;
  record: Kind;
  /** What the provider sends, loosely: unknown fields pass by. */
  item: z.ZodType<Item>;
  /** Where an item's id stands, to name one that cannot be read; `id` when absent. */
  idAt?: string;
  /** The scope this needs, if it needs one. */
  scope?: string;
  /** Everything there is. */
  list: ListRequest;
  /** Absent where the provider cannot tell what has changed: every read is then a full one. */
  cursor?: StreamCursor;
  deletions: DeletionKind;
  /** The list of the deleted, for `feed`. `at`: where the date of the deletion stands; absent when there is none. */
  deleted?: ListRequest & { at?: string };
  /** The provider's spelling ends here. May throw for what cannot be our record; that one item is then set aside. */
  toRecord(item: Item, connection: ConnectionView): RecordOf<Kind>;
}

/** Checks a description when the process starts. Answers it unchanged, with the item's own type for `toRecord`. */
export function defineStream<Schema extends z.ZodType, Kind extends RecordKind>(
  stream: Stream<z.infer<Schema>, Kind> & { item: Schema },
): Stream<z.infer<Schema>, Kind> {
  const { name, list, cursor, deletions, deleted } = stream;
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new TypeError(`Stream name ${name} is not lower-case.`);
  if ((deletions === "feed") !== (deleted !== undefined)) {
    throw new TypeError(`Stream ${name}: deletions that come as a feed need its list, and only these do.`);
  }
  if (list.paging.keepsState && cursor)
    throw new TypeError(`Stream ${name}: its token says what has changed, so it has no cursor.`);
  if (cursor && (cursor.query === undefined) === (cursor.changes === undefined)) {
    throw new TypeError(`Stream ${name}: what has changed is asked for by a parameter or by another list.`);
  }
  if (cursor && !(cursor.lookBackSeconds >= 0)) throw new TypeError(`Stream ${name} looks back a negative time.`);
  return stream;
}
