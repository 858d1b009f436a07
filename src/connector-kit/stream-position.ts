import { PlatformError } from "#core";
import type { Stream } from "./stream.ts";

/** Where a read stands, as the cursor that is stored carries it. */
export interface StreamPosition {
  /** The instant from which on changes are to be read; null when nothing has been read to its end yet. */
  changedSince: string | null;
  /** The same for the feed of deletions, which may be read less often. */
  deletedSince: string | null;
  /** The token of a strategy that keeps one. */
  token: unknown;
  /** The read under way; null between reads. */
  run: StreamRun | null;
}

export interface StreamRun {
  part: "list" | "deletions";
  /** When it began; absent until its first answer. */
  startedAt?: string;
  /** The state of the paging: what to ask for next. Absent at the start of a part. */
  state?: unknown;
  /** Nothing was known before, or the provider has forgotten our token. */
  isFull: boolean;
}

const version = 1;
const nowhere: StreamPosition = { changedSince: null, deletedSince: null, token: null, run: null };

/** Reads a stored cursor; null is the very beginning. Throws `internal.assumption` for what is no cursor of this stream. */
export function readPosition(stream: Pick<Stream, "name">, cursor: string | null): StreamPosition {
  if (cursor === null) return nowhere;
  try {
    const [kind, name, position] = JSON.parse(cursor);
    if (kind === version && name === stream.name) return position;
  } catch {
    // Said below, for both.
  }
  throw new PlatformError("internal.assumption", `The stored cursor is none of the stream ${stream.name}.`);
}

/** The cursor to store. */
export function writePosition(stream: Pick<Stream, "name">, position: StreamPosition): string {
  return JSON.stringify([version, stream.name, position]);
}

/** A cursor for reading what has changed since an instant (UTC, ISO) without a full read before: "the last 90 days". */
export function cursorSince(stream: Pick<Stream, "name">, instant: string): string {
  const since = new Date(instant).toISOString();
  return writePosition(stream, { ...nowhere, changedSince: since, deletedSince: since });
}
