import type { TenantId } from "#core";
import type { Tx } from "#db";
import type { Lane, Lanes, SliceResult } from "./jobs.ts";

/**
 * A table of units of work. Its columns: `id uuid`, `tenant_id uuid`, the lane's subject, `state` (queued, running, and
 * the ends of its own), `attempts int`, `due_at timestamptz`, `reason text`, `detail text`, `finished_at timestamptz`;
 * and an index over (subject, order) where state in ('queued', 'running').
 */
export interface Ledger {
  table: string;
  /** The kind of lane that works it. */
  laneKind: string;
  /** The column that holds the lane's subject: `connection_id`. */
  subjectColumn: string;
  /** Columns that say what comes first, the last of them unique. Default `due_at, id`. */
  order?: string;
  /** Tries at most, counted before each. */
  maxAttempts: number;
  /** Where a `cause` goes, if the table has a column for it. */
  causeColumn?: string;
  /** Where the time of the last start goes, if the table has a column for it. */
  startedColumn?: string;
}

export interface ClaimOptions {
  subjectId: string;
  now: Date;
  limit: number;
}

/** What became of a unit. `queued` puts it back for `dueAt`. */
export interface Outcome {
  id: string;
  state: string;
  dueAt?: Date;
  reason?: string | null;
  detail?: string | null;
  cause?: string | null;
  /** The try does not count: the work could not begin, because the connection is paused, say. */
  isFree?: boolean;
}

/**
 * Takes the units that are due, in order, and counts the try before the work: a unit that ends the process runs out too,
 * and goes dead here. Units found running were left by a dead worker, because the lane's lease is ours; so settle what was
 * claimed before claiming again. Call it in a slice's transaction. Answers whole rows.
 */
export async function claimUnits<Row>(tx: Tx, ledger: Ledger, { subjectId, now, limit }: ClaimOptions): Promise<Row[]> {
  const { table, subjectColumn, order = "due_at, id", startedColumn, causeColumn } = ledger;
  const rows = await tx.query<Row & { ledger_place: number; ledger_is_dead: boolean }>(
    `with due as (
       select id, attempts >= $4 as is_dead, row_number() over (order by ${order}) as place from (
         select * from ${table} where ${subjectColumn} = $1 and state in ('queued', 'running') and due_at <= $2
         order by ${order} limit $3) u),
     claimed as (
       update ${table} u set
         state = case when due.is_dead then 'dead' else 'running' end,
         attempts = u.attempts + case when due.is_dead then 0 else 1 end,
         reason = case when due.is_dead then 'unit.poison' else u.reason end,
         detail = case when due.is_dead then 'Tried ' || u.attempts || ' times, and no try came to an end.' else u.detail end,
         ${causeColumn ? `${causeColumn} = case when due.is_dead then 'internal' else u.${causeColumn} end,` : ""}
         ${startedColumn ? `${startedColumn} = case when due.is_dead then u.${startedColumn} else $2 end,` : ""}
         finished_at = case when due.is_dead then $2::timestamptz end
       from due where u.id = due.id and u.state in ('queued', 'running')
       returning u.*, due.place as ledger_place, due.is_dead as ledger_is_dead)
     select * from claimed order by ledger_place`,
    [subjectId, now.toISOString(), limit, ledger.maxAttempts],
  );
  return rows.filter((row) => !row.ledger_is_dead).map(({ ledger_place, ledger_is_dead, ...row }) => row as Row);
}

/**
 * Writes what became of claimed units, in one statement. A unit put back after its last try goes dead with the reason it
 * has. Answers the units that are dead now.
 */
export async function settleUnits(
  tx: Tx,
  ledger: Ledger,
  outcomes: readonly Outcome[],
  now: Date,
): Promise<{ id: string }[]> {
  if (outcomes.length === 0) return [];
  const { table, causeColumn } = ledger;
  const rows = await tx.query<{ id: string; state: string }>(
    `update ${table} u set
       state = e.state, reason = e.reason, detail = e.detail, due_at = coalesce(e.due_at, u.due_at),
       attempts = u.attempts - e.is_free::int,
       ${causeColumn ? `${causeColumn} = e.cause,` : ""}
       finished_at = case when e.state <> 'queued' then $9::timestamptz end
     from (
       select o.*, case when o.wanted = 'queued' and not o.is_free and t.attempts >= $8 then 'dead' else o.wanted end as state
       from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::boolean[])
         as o (id, wanted, due_at, reason, detail, cause, is_free)
       join ${table} t on t.id = o.id) e
     where u.id = e.id and u.state = 'running'
     returning u.id, u.state`,
    [
      outcomes.map((outcome) => outcome.id),
      outcomes.map((outcome) => outcome.state),
      outcomes.map((outcome) => outcome.dueAt?.toISOString() ?? null),
      outcomes.map((outcome) => outcome.reason ?? null),
      outcomes.map((outcome) => outcome.detail ?? null),
      outcomes.map((outcome) => outcome.cause ?? null),
      outcomes.map((outcome) => outcome.isFree ?? false),
      ledger.maxAttempts,
      now.toISOString(),
    ],
  );
  return rows.filter((row) => row.state === "dead").map(({ id }) => ({ id }));
}

/** What a slice answers about this ledger: the end, more now, or when the next unit comes due. */
export async function nextSlice(tx: Tx, ledger: Ledger, subjectId: string, now: Date): Promise<SliceResult> {
  const [row] = await tx.query<{ at: Date | null }>(
    `select min(due_at) as at from ${ledger.table} where ${ledger.subjectColumn} = $1 and state in ('queued', 'running')`,
    [subjectId],
  );
  if (!row?.at) return { next: "idle" };
  return row.at.getTime() <= now.getTime() ? { next: "now" } : { next: "at", at: row.at };
}

/** The tenant's dead units, newest first. Whole rows. */
export function listDead<Row>(
  tx: Tx,
  ledger: Ledger,
  { limit, before }: { limit: number; before?: Date },
): Promise<Row[]> {
  return tx.query<Row>(
    `select * from ${ledger.table} where tenant_id = current_tenant() and state = 'dead'
       and ($2::timestamptz is null or finished_at < $2)
     order by finished_at desc limit $1`,
    [limit, before?.toISOString() ?? null],
  );
}

/** Puts dead units back with all their tries, and wakes their lanes. Answers how many there were; others are left alone. */
export async function requeueDead(
  tx: Tx,
  ledger: Ledger,
  lanes: Lanes,
  { tenantId, ids, now }: { tenantId: TenantId; ids: readonly string[]; now: Date },
): Promise<number> {
  const rows = await tx.query<{ subject: string }>(
    `update ${ledger.table} set state = 'queued', attempts = 0, due_at = $3, reason = null, detail = null, finished_at = null
       ${ledger.causeColumn ? `, ${ledger.causeColumn} = null` : ""}
     where tenant_id = $1 and id = any ($2) and state = 'dead'
     returning ${ledger.subjectColumn} as subject`,
    [tenantId, ids, now.toISOString()],
  );
  const subjects = new Set(rows.map((row) => row.subject));
  await lanes.wake(
    tx,
    [...subjects].map((subjectId): Lane => ({ kind: ledger.laneKind, subjectId, tenantId })),
  );
  return rows.length;
}
