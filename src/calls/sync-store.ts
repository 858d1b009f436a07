import type { CallStep } from "#connector-kit";
import type { CauseClass } from "#core";
import type { Tx } from "#db";
import { type CallRow, callColumns, toCallRecord } from "./accept-store.ts";
import { type MessageRow, messageColumns, toMessageRecord } from "./message-store.ts";
import { callSubject, messageSubject, type Subject } from "./subject.ts";

/** The connection of a lane, as much as a slice must know. */
export interface SyncConnection {
  provider: string;
  role: string;
  status: string;
}

/** A claimed unit: one call or message on its way to one connection. */
export interface ClaimedSync {
  syncId: string;
  /** This attempt included. */
  attempts: number;
  priority: number;
  contactRecordId: string | null;
  /** It was being worked when its worker vanished. */
  wasRunning: boolean;
  subject: Subject;
  /** Steps an earlier attempt finished. */
  finished: Map<CallStep, { outcome: string; externalId: string | null }>;
}

export interface StepRow {
  call_sync_id: string;
  step: CallStep;
  outcome: string;
  external_id: string | null;
  reason: string | null;
  detail: string | null;
  duration_ms: number | null;
}

export interface SyncEnd {
  id: string;
  state: "queued" | "done" | "skipped" | "dead";
  reason: string | null;
  detail: string | null;
  cause_class: CauseClass | null;
  /** Milliseconds from now until the next attempt of a queued one. */
  wait_ms: number;
}

export async function readSyncConnection(tx: Tx, connectionId: string): Promise<SyncConnection | null> {
  const [row] = await tx.query<SyncConnection>("select provider, role, status from connections where id = $1", [
    connectionId,
  ]);
  return row ?? null;
}

/** Takes due units of the most urgent priority, counting the attempt before the work. The lane's lease makes it exclusive. */
export async function claimSyncs(tx: Tx, connectionId: string, limit: number): Promise<ClaimedSync[]> {
  const rows = await tx.query<ClaimedRow>(
    `with due as (
       select id, call_id, state as was, priority from call_syncs
       where connection_id = $1 and state in ('queued', 'running') and due_at <= now()
       order by priority, due_at, id limit $2 for update
     )
     update call_syncs s set state = 'running', attempts = s.attempts + 1, started_at = clock_timestamp()
     from due d left join calls c on c.id = d.call_id
     where s.id = d.id and d.priority = (select min(priority) from due)
     returning s.id as sync_id, s.attempts, s.priority, s.message_id, d.was, c.contact_id, ${callColumns}`,
    [connectionId, limit],
  );
  const retried = rows.filter(({ attempts }) => attempts > 1).map(({ sync_id }) => sync_id);
  const finished = await readFinishedSteps(tx, retried);
  const messages = await readMessages(
    tx,
    rows.flatMap(({ message_id }) => message_id ?? []),
  );
  return rows
    .map(({ sync_id, attempts, priority, was, message_id, contact_id, ...call }) => {
      // A message that is not there would have taken its sync with it.
      const message = message_id === null ? null : (messages.get(message_id) as ClaimedMessage);
      return {
        syncId: sync_id,
        attempts,
        priority,
        contactRecordId: message ? message.contactRecordId : contact_id,
        wasRunning: was === "running",
        subject: message ? message.subject : callSubject(toCallRecord(call)),
        finished: finished.get(sync_id) ?? new Map(),
      };
    })
    .sort((a, b) => (a.syncId < b.syncId ? -1 : 1));
}

/** A claimed unit with its call; the columns of the call are empty where it is about a message. */
interface ClaimedRow extends CallRow {
  sync_id: string;
  attempts: number;
  priority: number;
  message_id: string | null;
  contact_id: string | null;
  was: string;
}

interface ClaimedMessage {
  subject: Subject;
  contactRecordId: string | null;
}

async function readMessages(tx: Tx, ids: string[]): Promise<Map<string, ClaimedMessage>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<MessageRow & { contact_id: string | null }>(
    `select ${messageColumns}, m.contact_id from messages m where m.id = any($1)`,
    [ids],
  );
  return new Map(
    rows.map(({ contact_id, ...row }) => [
      row.id,
      { subject: messageSubject(toMessageRecord(row)), contactRecordId: contact_id },
    ]),
  );
}

async function readFinishedSteps(tx: Tx, syncIds: string[]): Promise<Map<string, ClaimedSync["finished"]>> {
  const steps = new Map<string, ClaimedSync["finished"]>();
  if (syncIds.length === 0) return steps;
  const rows = await tx.query<{ call_sync_id: string; step: CallStep; outcome: string; external_id: string | null }>(
    "select call_sync_id, step, outcome, external_id from call_sync_steps where call_sync_id = any($1) and outcome <> 'failed'",
    [syncIds],
  );
  for (const { call_sync_id, step, outcome, external_id } of rows) {
    const of = steps.get(call_sync_id) ?? new Map();
    of.set(step, { outcome, externalId: external_id });
    steps.set(call_sync_id, of);
  }
  return steps;
}

export async function writeSteps(tx: Tx, rows: StepRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into call_sync_steps as s (call_sync_id, step, tenant_id, outcome, external_id, reason, detail, duration_ms)
     select call_sync_id, step, current_tenant(), outcome, external_id, reason, detail, duration_ms
     from jsonb_to_recordset($1::jsonb) as r(call_sync_id uuid, step text, outcome text, external_id text, reason text, detail text, duration_ms int)
     on conflict (call_sync_id, step) do update set outcome = excluded.outcome, external_id = coalesce(excluded.external_id, s.external_id),
       reason = excluded.reason, detail = excluded.detail, duration_ms = excluded.duration_ms, attempts = s.attempts + 1, finished_at = clock_timestamp()`,
    [JSON.stringify(rows)],
  );
}

/** Keeps which contact of ours is which of theirs. */
export async function writeContactLinks(
  tx: Tx,
  connectionId: string,
  links: { id: string; record_id: string; external_id: string }[],
): Promise<void> {
  if (links.length === 0) return;
  await tx.query(
    `insert into links (id, tenant_id, connection_id, kind, record_id, external_id)
     select id, current_tenant(), $1, 'contact', record_id, external_id
     from jsonb_to_recordset($2::jsonb) as l(id uuid, record_id uuid, external_id text) order by record_id
     on conflict (connection_id, kind, record_id) do update set external_id = excluded.external_id
       where links.external_id is distinct from excluded.external_id`,
    [connectionId, JSON.stringify(links)],
  );
}

/** A contact that the provider no longer has: what we believed about it is dropped, so that the next attempt looks again. */
export async function forgetContacts(
  tx: Tx,
  connectionId: string,
  externalIds: string[],
  syncIds: string[],
): Promise<void> {
  if (externalIds.length === 0) return;
  await tx.query("delete from identity_claims where connection_id = $1 and external_id = any($2)", [
    connectionId,
    externalIds,
  ]);
  await tx.query("delete from links where connection_id = $1 and kind = 'contact' and external_id = any($2)", [
    connectionId,
    externalIds,
  ]);
  await tx.query(
    "delete from provider_writes where connection_id = $1 and action = 'create_contact' and external_id = any($2)",
    [connectionId, externalIds],
  );
  await tx.query("delete from call_sync_steps where call_sync_id = any($1) and step = 'contact'", [syncIds]);
}

export async function endSyncs(tx: Tx, ends: SyncEnd[]): Promise<void> {
  if (ends.length === 0) return;
  await tx.query(
    `update call_syncs s set state = e.state, reason = e.reason, detail = e.detail, cause_class = e.cause_class,
       due_at = case when e.state = 'queued' then clock_timestamp() + e.wait_ms * interval '1 ms' else s.due_at end,
       finished_at = case when e.state = 'queued' then null else clock_timestamp() end
     from jsonb_to_recordset($1::jsonb) as e(id uuid, state text, reason text, detail text, cause_class text, wait_ms bigint)
     where s.id = e.id`,
    [JSON.stringify(ends)],
  );
}

/** When the connection's next unit is due; null when none waits. */
export async function nextSyncDue(tx: Tx, connectionId: string): Promise<Date | null> {
  const [row] = await tx.query<{ at: Date | null }>(
    "select min(due_at) as at from call_syncs where connection_id = $1 and state in ('queued', 'running')",
    [connectionId],
  );
  return row?.at ?? null;
}
