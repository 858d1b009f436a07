import { type Id, PlatformError, type TenantId } from "#core";
import type { Db, Tx } from "#db";

/** Something that happened, as it is stored. */
export interface StoredEvent {
  id: Id<"event">;
  type: string;
  subjectKind: string;
  subjectId: string | null;
  payload: Record<string, unknown>;
  /** Where it came from: `us`, `api`, `sql`, a provider. */
  origin: string;
  createdAt: Date;
  position: string;
}

/**
 * A place between two events of the feed, as text: the number of a transaction and a number within it. Not a count, and
 * good only in the database that gave it.
 */
export type Position = string;

interface EventRow {
  id: Id<"event">;
  type: string;
  subject_kind: string;
  subject_id: string | null;
  payload: Record<string, unknown>;
  origin: string;
  created_at: Date;
  position: string;
}

export const eventColumns =
  "id, type, subject_kind, subject_id, payload, origin, created_at, xid::text || '-' || seq as position";

/**
 * What happened after a position, oldest first, and the position to go on from; null reads from the beginning.
 *
 * Nothing is skipped: rows come in the order of their transactions, and only of those older than every transaction that is
 * still at work, so none can appear below what was read. One that stays open (in any database of the server) therefore
 * holds the feed up until it ends.
 */
export async function readFeed(
  tx: Tx,
  tenantId: TenantId,
  { after, limit }: { after: Position | null; limit: number },
): Promise<{ events: StoredEvent[]; position: Position }> {
  const start = after ?? "0-0";
  const { xid, seq } = parsePosition(start);
  const rows = await tx.query<EventRow>(
    `select ${eventColumns} from events
     where tenant_id = $1 and ${isAfter("$2", "$3")} and ${isFinal} order by xid, seq limit $4`,
    [tenantId, xid, seq, limit],
  );
  const events = rows.map(toEvent);
  return { events, position: events.at(-1)?.position ?? start };
}

/** The position of the newest event that can be read after another one, or null when there is none. */
export async function readNewest(tx: Tx, tenantId: TenantId, after: Position): Promise<Position | null> {
  const { xid, seq } = parsePosition(after);
  const [row] = await tx.query<{ position: Position }>(
    `select xid::text || '-' || seq as position from events
     where tenant_id = $1 and ${isAfter("$2", "$3")} and ${isFinal} order by xid desc, seq desc limit 1`,
    [tenantId, xid, seq],
  );
  return row?.position ?? null;
}

/** Where the feed ends now: everything that is not readable yet comes after it. */
export async function readEnd(tx: Tx): Promise<Position> {
  const [row] = await tx.query<{ xid: string }>("select pg_snapshot_xmin(pg_current_snapshot())::text as xid");
  return `${row?.xid}-0`;
}

/** Throws `request.invalid` for text that is no position. */
export function parsePosition(text: string): { xid: string; seq: string } {
  const [, xid, seq] = /^(\d{1,18})-(\d{1,18})$/.exec(text) ?? [];
  if (xid !== undefined && seq !== undefined) return { xid, seq };
  throw new PlatformError("request.invalid", "This is not a position that the feed of events answered with.");
}

/** After a start, once: events of a restored dump become readable here. Answers how many had to be changed. */
export async function settleRestoredEvents(db: Db): Promise<number> {
  const [row] = await db.transaction((tx) =>
    tx.query<{ settled: number }>("select settle_restored_events() as settled"),
  );
  return row?.settled ?? 0;
}

export function toEvent({ subject_kind, subject_id, created_at, ...same }: EventRow): StoredEvent {
  return { ...same, subjectKind: subject_kind, subjectId: subject_id, createdAt: created_at };
}

const isFinal = "xid < pg_snapshot_xmin(pg_current_snapshot())";

// A position that no transaction here has reached is of the server a dump came from, whose events were settled as the
// oldest (xid 0): what followed them here is still to be read, and they are not read twice.
function isAfter(xid: string, seq: string): string {
  return `(xid, seq) > (case when ${xid}::xid8 > pg_snapshot_xmax(pg_current_snapshot()) then '0'::xid8 else ${xid}::xid8 end, ${seq}::bigint)`;
}
