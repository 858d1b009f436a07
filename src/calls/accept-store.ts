import type { TenantId } from "#core";
import type { Tx } from "#db";
import type { CallRecord } from "#model";
import type { CallSource } from "./calls.ts";
import type { NormalizedCall } from "./normalize.ts";

/** A connection as routing sees it. */
export interface RoutableConnection {
  id: string;
  agent_id: string | null;
  provider: string;
  role: string;
  sync_conditions: unknown;
}

export interface CallToInsert extends NormalizedCall {
  id: string;
  agent_uuid: string;
  contact_id: string | null;
  source: CallSource;
  import_id: string | null;
}

export interface SyncToInsert {
  id: string;
  /** One of these two says what it is about. */
  call_id?: string;
  message_id?: string;
  connection_id: string;
  state: "queued" | "skipped";
  reason: string | null;
  detail: string | null;
  priority: number;
}

/** The country of the tenant's numbers and its agents, by our id and by the host's own. */
export async function readTenantAgents(
  tx: Tx,
  tenantId: TenantId,
  agentIds: string[],
): Promise<{ country: string; agents: Map<string, string> }> {
  const rows = await tx.query<{ country: string; id: string | null; external_id: string | null }>(
    `select t.country, a.id, a.external_id from tenants t
     left join agents a on a.tenant_id = t.id and (a.external_id = any($2) or a.id::text = any($2))
     where t.id = $1`,
    [tenantId, agentIds],
  );
  const agents = new Map<string, string>();
  for (const { id, external_id } of rows) {
    if (!id) continue;
    agents.set(id, id);
    if (external_id) agents.set(external_id, id);
  }
  return { country: rows[0]?.country ?? "US", agents };
}

export function readRoutableConnections(tx: Tx, tenantId: TenantId): Promise<RoutableConnection[]> {
  return tx.query<RoutableConnection>(
    `select id, agent_id, provider, role, settings->'sync_conditions' as sync_conditions
     from connections where tenant_id = $1 and status <> 'disconnected'`,
    [tenantId],
  );
}

export interface PersonToFind {
  /** The id a new contact gets. */
  id: string;
  phone: string | null;
  email: string | null;
  full_name: string | null;
}

/** Our contact for each person, by phone where there is one, else by e-mail: found, or made. Answers contact ids by phone and e-mail. */
export async function findOrCreateContacts(
  tx: Tx,
  tenantId: TenantId,
  people: PersonToFind[],
): Promise<Map<string, string>> {
  const known = await findContacts(tx, tenantId, people);
  const unknown = people.filter(({ phone, email }) => !known.has(phone ?? email ?? ""));
  if (unknown.length === 0) return known;
  // Sorted, so that two transactions with the same people take their rows in the same order.
  const made = await tx.query<FoundContact>(
    `insert into contacts (id, tenant_id, phone, email, full_name)
     select id, $1, phone, email, full_name from jsonb_to_recordset($2::jsonb) as w(id uuid, phone text, email text, full_name text)
     order by phone, email
     on conflict do nothing
     returning id, phone, email`,
    [tenantId, JSON.stringify(unknown)],
  );
  addContacts(known, made);
  if (made.length < unknown.length) addContacts(known, await queryContacts(tx, tenantId, unknown)); // another transaction made them just now
  return known;
}

interface FoundContact {
  id: string;
  phone: string | null;
  email: string | null;
}

async function findContacts(tx: Tx, tenantId: TenantId, people: PersonToFind[]): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  if (people.length > 0) addContacts(known, await queryContacts(tx, tenantId, people));
  return known;
}

function queryContacts(tx: Tx, tenantId: TenantId, people: PersonToFind[]): Promise<FoundContact[]> {
  // One look-up by index for each person, whatever the planner believes of a table it has not analyzed yet.
  return tx.query<FoundContact>(
    `select c.id, c.phone, c.email from unnest($2::text[]) as w(phone) cross join lateral (
       select id, phone, email from contacts where tenant_id = $1 and phone = w.phone and deleted_at is null limit 1) c
     union all
     select c.id, c.phone, c.email from unnest($3::text[]) as w(email) cross join lateral (
       select id, phone, email from contacts where tenant_id = $1 and email = w.email and deleted_at is null order by id limit 1) c`,
    [
      tenantId,
      people.flatMap(({ phone }) => phone ?? []),
      people.flatMap(({ phone, email }) => (phone ? [] : (email ?? []))),
    ],
  );
}

function addContacts(known: Map<string, string>, found: FoundContact[]): void {
  for (const { id, phone, email } of found) {
    if (phone) known.set(phone, id);
    if (email && !known.has(email)) known.set(email, id);
  }
}

/** Inserts what is not there yet; answers the call ids that are new. */
export async function insertCalls(tx: Tx, tenantId: TenantId, calls: CallToInsert[]): Promise<Set<string>> {
  const rows = await tx.query<{ call_id: string }>(
    `insert into calls (id, tenant_id, agent_id, call_id, source, body_hash, contact_id, customer_name, customer_phone,
       customer_phone_raw, customer_email, call_outcome, call_summary, call_sentiment, transcript, recording_url, started_at,
       ended_at, duration_seconds, appointment, extra, import_id, routed_at)
     select id, $1, agent_uuid, call_id, source, decode(body_hash, 'hex'), contact_id, customer_name, customer_phone,
       customer_phone_raw, customer_email, call_outcome, call_summary, call_sentiment, transcript, recording_url, started_at,
       ended_at, duration_seconds, appointment_booked, coalesce(extra, '{}'), import_id, now()
     from jsonb_to_recordset($2::jsonb) as c(id uuid, agent_uuid uuid, call_id text, source text, body_hash text, contact_id uuid,
       customer_name text, customer_phone text, customer_phone_raw text, customer_email text, call_outcome text, call_summary text,
       call_sentiment text, transcript text, recording_url text, started_at timestamptz, ended_at timestamptz, duration_seconds int,
       appointment_booked jsonb, extra jsonb, import_id uuid)
     order by call_id
     on conflict (tenant_id, call_id) do nothing
     returning call_id`,
    [tenantId, JSON.stringify(calls)],
  );
  return new Set(rows.map(({ call_id }) => call_id));
}

/** What is stored under these call ids. */
export async function readStoredHashes(
  tx: Tx,
  tenantId: TenantId,
  callIds: string[],
): Promise<Map<string, { id: string; hash: string | null }>> {
  if (callIds.length === 0) return new Map();
  const rows = await tx.query<{ id: string; call_id: string; hash: string | null }>(
    `select id, call_id, encode(body_hash, 'hex') as hash from calls where tenant_id = $1 and call_id = any($2)`,
    [tenantId, callIds],
  );
  return new Map(rows.map(({ id, call_id, hash }) => [call_id, { id, hash }]));
}

export async function insertSyncs(tx: Tx, tenantId: TenantId, syncs: SyncToInsert[]): Promise<void> {
  if (syncs.length === 0) return;
  await tx.query(
    `insert into call_syncs (id, tenant_id, call_id, message_id, connection_id, state, reason, detail, priority, finished_at)
     select id, $1, call_id, message_id, connection_id, state, reason, detail, priority, case when state = 'skipped' then now() end
     from jsonb_to_recordset($2::jsonb) as s(id uuid, call_id uuid, message_id uuid, connection_id uuid, state text, reason text, detail text, priority smallint)
     on conflict do nothing`,
    [tenantId, JSON.stringify(syncs)],
  );
}

/** A row of `calls` in the shape of the contract. */
export const callColumns = `c.id, c.call_id, c.agent_id, c.customer_name, c.customer_phone, c.customer_email, c.call_outcome,
  c.call_summary, c.call_sentiment, c.transcript, c.recording_url, c.started_at, c.ended_at, c.duration_seconds,
  c.appointment as appointment_booked, c.extra`;

export interface CallRow extends Omit<CallRecord, "started_at" | "ended_at"> {
  started_at: Date | null;
  ended_at: Date | null;
}

export function toCallRecord(row: CallRow): CallRecord {
  return { ...row, started_at: row.started_at?.toISOString() ?? null, ended_at: row.ended_at?.toISOString() ?? null };
}
