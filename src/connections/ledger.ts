import type { Outcome } from "#connector-kit";
import type { ConnectionId, ErrorCode } from "#core";
import type { Tx } from "#db";
import { execute } from "./execute.ts";

/** What the ledger knows of a write before it is sent. */
export type Intent =
  | { state: "new" }
  /** It happened: this is what it made. */
  | { state: "confirmed"; externalId: string; result: Record<string, unknown> | null }
  /** It was sent at `since` (milliseconds), and nobody stored an answer. */
  | { state: "unsettled"; since: number };
export type Intents = Map<string, Intent>;

export interface WriteLedger {
  /**
   * Notes what is about to be written, in one statement; commit before sending. Give the `settleMs` of the action's
   * identity: an unsettled write younger than that keeps its time, since it is not sent again yet.
   */
  intend(
    tx: Tx,
    connectionId: ConnectionId,
    action: string,
    keys: readonly string[],
    options?: { settleMs?: number },
  ): Promise<Intents>;
  /** Notes what became of the writes, in one statement. What surely did not happen may be intended anew; what may have happened stays unsettled. */
  settle(tx: Tx, connectionId: ConnectionId, action: string, outcomes: ReadonlyMap<string, Outcome>): Promise<void>;
  execute: typeof execute;
}

export function createWriteLedger(): WriteLedger {
  return { intend, settle, execute };
}

interface IntendedRow {
  key: string;
  fresh: boolean;
  state: string | null;
  external_id: string | null;
  result: Record<string, unknown> | null;
  sent_at: Date;
}

// `before` is what the statement saw when it began, whatever it writes itself. Where another transaction came between,
// the count of attempts does not fit, and the write counts as unsettled: looking twice is cheap, writing twice is not.
const intendStatement = `
  with wanted as (select distinct key from unnest($3::text[]) key),
  before as (
    select b.* from wanted cross join lateral ( -- by its key each, whatever the planner believes of a young table
      select dedupe_key, state, external_id, result, updated_at, attempts from provider_writes
      where connection_id = $1 and action = $2 and dedupe_key = wanted.key limit 1) b),
  written as (
    insert into provider_writes as w (connection_id, action, dedupe_key, tenant_id, updated_at)
    select $1, $2, key, current_tenant(), clock_timestamp() from wanted order by key
    on conflict (connection_id, action, dedupe_key) do update
      set state = 'intended', attempts = w.attempts + 1, updated_at = clock_timestamp()
      where w.state = 'refused' or (w.state = 'intended' and w.updated_at <= clock_timestamp() - $4::float8 * interval '1 ms')
    returning dedupe_key, attempts, xmax = 0 as inserted)
  select wanted.key, coalesce(written.inserted or (before.state = 'refused' and written.attempts = before.attempts + 1), false) as fresh,
    before.state, before.external_id, before.result, coalesce(before.updated_at, clock_timestamp()) as sent_at
  from wanted
  left join before on before.dedupe_key = wanted.key
  left join written on written.dedupe_key = wanted.key`;

async function intend(
  tx: Tx,
  connectionId: ConnectionId,
  action: string,
  keys: readonly string[],
  { settleMs = 0 }: { settleMs?: number } = {},
): Promise<Intents> {
  if (keys.length === 0) return new Map();
  const rows = await tx.query<IntendedRow>(intendStatement, [connectionId, action, keys, settleMs]);
  return new Map(rows.map((row) => [row.key, toIntent(row)]));
}

function toIntent(row: IntendedRow): Intent {
  if (row.fresh) return { state: "new" };
  if (row.state === "confirmed") return { state: "confirmed", externalId: row.external_id ?? "", result: row.result };
  return { state: "unsettled", since: row.sent_at.getTime() };
}

async function settle(
  tx: Tx,
  connectionId: ConnectionId,
  action: string,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  const settled = [...outcomes]
    .flatMap(([key, outcome]) => toSettled(key, outcome))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  if (settled.length === 0) return;
  await tx.query(
    // The rows are there: as an upsert each is found by its key, whatever the planner believes of a young table.
    `insert into provider_writes as w (connection_id, action, dedupe_key, tenant_id, state, external_id, result)
     select $1, $2, key, current_tenant(), state, external_id, result
     from unnest($3::text[], $4::text[], $5::text[], $6::jsonb[]) s (key, state, external_id, result)
     on conflict (connection_id, action, dedupe_key) do update set state = excluded.state,
       external_id = coalesce(excluded.external_id, w.external_id), result = excluded.result, updated_at = clock_timestamp()
       where w.state <> 'confirmed'`,
    [
      connectionId,
      action,
      settled.map(({ key }) => key),
      settled.map(({ state }) => state),
      settled.map(({ externalId }) => externalId),
      settled.map(({ result }) => result && JSON.stringify(result)),
    ],
  );
}

interface Settled {
  key: string;
  state: "confirmed" | "refused";
  externalId: string | null;
  result: { outcome: string; detail: string | null } | null;
}

function toSettled(key: string, outcome: Outcome): Settled[] {
  if (outcome.outcome === "skipped") return [{ key, state: "refused", externalId: null, result: null }];
  if (outcome.outcome === "failed") {
    return mayHaveHappened(outcome.error) ? [] : [{ key, state: "refused", externalId: null, result: null }];
  }
  const result = { outcome: outcome.outcome, detail: outcome.detail ?? null };
  return [{ key, state: "confirmed", externalId: outcome.externalId, result }];
}

// A retry of these was refused before it reached the provider's data. Any other one may have left something there.
const surelyNotWritten: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "provider.rate_limited",
  "provider.network",
  "connection.paused",
  "provider.credentials_invalid",
  "connection.needs_reauth",
]);

function mayHaveHappened(error: { code: ErrorCode; disposition: string }): boolean {
  if (error.disposition === "dead_letter" || error.disposition === "reject") return false;
  return !surelyNotWritten.has(error.code);
}
