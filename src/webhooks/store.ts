import { type ConnectionId, type Id, type Page, type PageRequest, readPage, type TenantId } from "#core";
import { type Db, inKeyset, now, type Tx } from "#db";
import type { InboundEventView } from "./inbound.ts";

export interface EventToStore {
  id: string;
  connection_id: string;
  provider: string;
  type: string;
  dedupe_key: string;
  headers: Record<string, string>;
  body: string;
}

export interface ClaimedEvent {
  id: string;
  type: string;
  body: string;
  /** This attempt included. */
  attempts: number;
}

export interface EventEnd {
  id: string;
  state: "queued" | "done" | "ignored" | "dead";
  effect: string | null;
  reason: string | null;
  detail: string | null;
  /** Milliseconds from now until the next attempt of a queued one. */
  wait_ms: number;
}

/** Stores what is new; answers the ids that were. */
export async function insertEvents(tx: Tx, tenantId: TenantId, events: EventToStore[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(
    `insert into inbound_events (id, tenant_id, connection_id, provider, type, dedupe_key, headers, body)
     select id, $1, connection_id, provider, type, dedupe_key, headers, body
     from jsonb_to_recordset($2::jsonb) as e(id uuid, connection_id uuid, provider text, type text, dedupe_key text, headers jsonb, body text)
     order by connection_id, dedupe_key
     on conflict (connection_id, dedupe_key) do nothing
     returning id`,
    [tenantId, JSON.stringify(events)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Takes due events, counting the attempt before the work. The lane's lease makes it exclusive. */
export function claimEvents(tx: Tx, connectionId: string, limit: number): Promise<ClaimedEvent[]> {
  return tx.query<ClaimedEvent>(
    `update inbound_events e set state = 'running', attempts = e.attempts + 1
     from (select id from inbound_events where connection_id = $1 and state in ('queued', 'running') and due_at <= now()
           order by due_at, id limit $2 for update) due
     where e.id = due.id returning e.id, e.type, e.body, e.attempts`,
    [connectionId, limit],
  );
}

export async function endEvents(tx: Tx, ends: EventEnd[]): Promise<void> {
  if (ends.length === 0) return;
  await tx.query(
    `update inbound_events e set state = r.state, effect = r.effect, reason = r.reason, detail = r.detail,
       due_at = case when r.state = 'queued' then clock_timestamp() + r.wait_ms * interval '1 ms' else e.due_at end,
       finished_at = case when r.state = 'queued' then null else clock_timestamp() end
     from jsonb_to_recordset($1::jsonb) as r(id uuid, state text, effect text, reason text, detail text, wait_ms bigint)
     where e.id = r.id`,
    [JSON.stringify(ends)],
  );
}

// As text, like the rest of a slice: it runs with each.
export async function nextEventDue(tx: Tx, connectionId: string): Promise<Date | null> {
  const [row] = await tx.query<{ at: Date | null }>(
    "select min(due_at) as at from inbound_events where connection_id = $1 and state in ('queued', 'running')",
    [connectionId],
  );
  return row?.at ?? null;
}

const shownColumns = [
  "id",
  "connection_id",
  "provider",
  "type",
  "verdict",
  "state",
  "effect",
  "reason",
  "detail",
  "attempts",
  "received_at",
  "finished_at",
] as const;

export async function listEvents(
  db: Db,
  tenantId: TenantId,
  { connectionId, state }: { connectionId?: ConnectionId; state?: InboundEventView["state"] },
  page: PageRequest,
): Promise<Page<InboundEventView>> {
  const found = await db.withTenant(tenantId, ({ kysely }) => {
    let wanted = kysely
      .selectFrom("inbound_events")
      .select(shownColumns)
      .where("tenant_id", "=", tenantId)
      .$narrowType<Pick<InboundEventView, "state">>();
    if (connectionId !== undefined) wanted = wanted.where("connection_id", "=", connectionId);
    if (state !== undefined) wanted = wanted.where("state", "=", state);
    return readPage(page, (keyset) => inKeyset(wanted, keyset).execute());
  });
  const data = found.data.map((row) => ({
    ...row,
    received_at: row.received_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  }));
  return { ...found, data };
}

/** Queues a handled event again; answers its connection, or null when there is no such event. */
export async function requeueEvent(
  { kysely }: Tx,
  tenantId: TenantId,
  id: Id<"inboundEvent">,
): Promise<ConnectionId | null> {
  const row = await kysely
    .updateTable("inbound_events")
    .set({
      state: "queued",
      attempts: 0,
      due_at: now,
      effect: null,
      reason: null,
      detail: null,
      finished_at: null,
    })
    .where("tenant_id", "=", tenantId)
    .where("id", "=", id)
    .where("state", "in", ["done", "ignored", "dead"])
    .returning("connection_id")
    .executeTakeFirst();
  return row?.connection_id ?? null;
}
