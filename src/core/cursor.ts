import { PlatformError } from "./errors.ts";

/** A page in a fixed order, newest first. Cursors are opaque to callers. */
export interface Page<T> {
  data: T[];
  /** Leads to older rows; null on the last page. */
  nextCursor: string | null;
  /** Leads back to newer rows; null on the first page. */
  prevCursor: string | null;
}

export interface PageRequest {
  cursor?: string;
  limit: number;
}

interface Cursor {
  id: string;
  towards: "older" | "newer";
}

/**
 * Reads one page by keyset, newest first, both ways. `read` gets a condition on the id and the order, reads `limit` rows
 * in that order, and nothing else: with the index on the id each page costs the same.
 * Throws `request.invalid` for a cursor that is none of ours.
 */
export async function readPage<T extends { id: string }>(
  { cursor: text, limit }: PageRequest,
  read: (keyset: { id: string | null; operator: "<" | ">"; order: "asc" | "desc"; limit: number }) => Promise<T[]>,
): Promise<Page<T>> {
  const cursor = text ? parseCursor(text) : null;
  const back = cursor?.towards === "newer";
  const rows = await read({
    id: cursor?.id ?? null,
    operator: back ? ">" : "<",
    order: back ? "asc" : "desc",
    limit: limit + 1, // one more than asked for says whether there are others
  });
  const more = rows.length > limit;
  const data = rows.slice(0, limit);
  if (back) data.reverse();
  const first = data[0];
  const last = data.at(-1);
  return {
    data,
    nextCursor: last && (back || more) ? toCursor({ id: last.id, towards: "older" }) : null,
    prevCursor: first && cursor && (!back || more) ? toCursor({ id: first.id, towards: "newer" }) : null,
  };
}

function toCursor({ id, towards }: Cursor): string {
  return Buffer.from(`${towards === "older" ? "o" : "n"}${id}`).toString("base64url");
}

function parseCursor(text: string): Cursor {
  const match = /^([on])([0-9a-f-]{36})$/.exec(Buffer.from(text, "base64url").toString());
  if (!match?.[2]) {
    throw new PlatformError("request.invalid", "The cursor is not one that a list answered with.", {
      errors: [{ pointer: "?cursor", code: "invalid_cursor", detail: "Send next_cursor or prev_cursor unchanged." }],
    });
  }
  return { id: match[2], towards: match[1] === "o" ? "older" : "newer" };
}
