import type { CallStep, Connector } from "#connector-kit";
import {
  type AgentId,
  type CallId,
  type ConnectionId,
  type Page,
  type PageRequest,
  readPage,
  type TenantId,
  tryParsePublicId,
} from "#core";
import type { Db, Tx } from "#db";
import { type CallRow, callColumns, toCallRecord } from "./accept-store.ts";
import type { CallFilter, CallSource, CallSummary, CallSyncView } from "./calls.ts";

/** How the syncs of a call stand together: the worst one wins. */
const syncState = `case
  when exists (select 1 from call_syncs s where s.call_id = c.id and s.state = 'dead') then 'dead'
  when exists (select 1 from call_syncs s where s.call_id = c.id and s.state in ('queued', 'running')) then 'waiting'
  when exists (select 1 from call_syncs s where s.call_id = c.id and s.state = 'done') then 'done'
  when exists (select 1 from call_syncs s where s.call_id = c.id) then 'skipped'
  when c.routed_at is null then 'waiting'
  else 'none' end`;

const summaryColumns = `${callColumns}, c.source, c.created_at, ${syncState} as sync_state`;

interface SummaryRow extends CallRow {
  source: CallSource;
  created_at: Date;
  sync_state: CallSummary["sync_state"];
}

/** What the API, the dashboard and the CLI read of calls and their syncs. */
export function createCallViews({ db, connectors }: { db: Db; connectors: ReadonlyMap<string, Connector> }) {
  return { list, read, syncs, listSyncs };

  function list(tenantId: TenantId, filter: CallFilter, page: PageRequest): Promise<Page<CallSummary>> {
    return readPage(page, ({ id, operator, order, limit }) =>
      db.withTenant(tenantId, async (tx) => {
        const where = conditionsOf(filter);
        if (id) where.add(`c.id ${operator} $`, id);
        const rows = await tx.query<SummaryRow>(
          `select * from (
             select ${summaryColumns} from calls c where c.tenant_id = $1 ${where.text(2)}
           ) c ${filter.syncState ? `where c.sync_state = $${where.values.length + 2}` : ""}
           order by c.id ${order} limit ${limit}`,
          [tenantId, ...where.values, ...(filter.syncState ? [filter.syncState] : [])],
        );
        return rows.map(toSummary);
      }),
    );
  }

  async function read(tenantId: TenantId, id: string): Promise<CallSummary | null> {
    const ours = tryParsePublicId("call", id);
    const [row] = await db.withTenant(tenantId, (tx) =>
      tx.query<SummaryRow>(
        `select ${summaryColumns} from calls c where c.tenant_id = $1 and ${ours ? "c.id = $2::uuid" : "c.call_id = $2"}`,
        [tenantId, ours ?? id],
      ),
    );
    return row ? toSummary(row) : null;
  }

  function syncs(tenantId: TenantId, callId: CallId): Promise<CallSyncView[]> {
    return db.withTenant(tenantId, async (tx) => {
      const rows = await tx.query<SyncRow>(
        `select ${syncColumns} from call_syncs s join connections n on n.id = s.connection_id
         where s.tenant_id = $1 and s.call_id = $2 order by s.id`,
        [tenantId, callId],
      );
      return withSteps(tx, rows);
    });
  }

  function listSyncs(
    tenantId: TenantId,
    filter: { connectionId?: ConnectionId; state?: CallSyncView["state"] },
    page: PageRequest,
  ): Promise<Page<CallSyncView>> {
    return readPage(page, ({ id, operator, order, limit }) =>
      db.withTenant(tenantId, async (tx) => {
        const where = conditions();
        if (filter.connectionId) where.add("s.connection_id = $", filter.connectionId);
        if (filter.state) where.add("s.state = $", filter.state);
        if (id) where.add(`s.id ${operator} $`, id);
        const rows = await tx.query<SyncRow>(
          `select ${syncColumns} from call_syncs s join connections n on n.id = s.connection_id
           where s.tenant_id = $1 ${where.text(2)} order by s.id ${order} limit ${limit}`,
          [tenantId, ...where.values],
        );
        return withSteps(tx, rows);
      }),
    );
  }

  async function withSteps(tx: Tx, rows: SyncRow[]): Promise<CallSyncView[]> {
    const steps = await tx.query<StepRow>(
      `select call_sync_id, step, outcome, external_id, reason, detail, duration_ms, finished_at from call_sync_steps
       where call_sync_id = any($1) order by finished_at, step`,
      [rows.map(({ id }) => id)],
    );
    const bySync = Map.groupBy(steps, ({ call_sync_id }) => call_sync_id);
    return rows.map((row) => toSyncView(row, bySync.get(row.id) ?? []));
  }

  function toSyncView({ connection, ...row }: SyncRow, steps: StepRow[]): CallSyncView {
    const connector = connectors.get(row.provider);
    const urlOf = (step: CallStep, externalId: string | null) =>
      externalId === null
        ? null
        : (connector?.recordUrl?.({ connection: viewOf(row, connection) }, step, externalId) ?? null);
    return {
      ...row,
      due_at: row.state === "queued" ? row.due_at.toISOString() : null,
      finished_at: row.finished_at?.toISOString() ?? null,
      created_at: row.created_at.toISOString(),
      steps: steps.map(({ call_sync_id: _, ...step }) => ({
        ...step,
        url: urlOf(step.step, step.external_id),
        finished_at: step.finished_at.toISOString(),
      })),
    };
  }
}

const syncColumns = `s.id, s.call_id, s.connection_id, n.provider, s.state, s.reason, s.detail, s.cause_class, s.attempts, s.due_at,
  s.finished_at, s.created_at,
  jsonb_build_object('environment', n.environment, 'account', n.external_account_id, 'settings', n.settings, 'state', n.provider_state) as connection`;

interface SyncRow extends Omit<CallSyncView, "due_at" | "finished_at" | "created_at" | "steps"> {
  due_at: Date;
  finished_at: Date | null;
  created_at: Date;
  connection: {
    environment: string;
    account: string | null;
    settings: Record<string, unknown>;
    state: Record<string, unknown>;
  };
}

interface StepRow {
  call_sync_id: string;
  step: CallStep;
  outcome: string;
  external_id: string | null;
  reason: string | null;
  detail: string | null;
  duration_ms: number | null;
  finished_at: Date;
}

function viewOf(row: { connection_id: ConnectionId; provider: string }, connection: SyncRow["connection"]) {
  const { environment, account, settings, state } = connection;
  return { id: row.connection_id, provider: row.provider, environment, externalAccountId: account, settings, state };
}

function toSummary({ source, created_at, sync_state, ...row }: SummaryRow): CallSummary {
  return { ...toCallRecord(row), source, sync_state, created_at: created_at.toISOString() };
}

function conditionsOf(filter: CallFilter) {
  const where = conditions();
  if (filter.agentId) where.add("c.agent_id = $", filter.agentId satisfies AgentId);
  if (filter.createdFrom) where.add("c.created_at >= $", filter.createdFrom);
  if (filter.createdTo) where.add("c.created_at < $", filter.createdTo);
  if (filter.connectionId) {
    where.add(
      "exists (select 1 from call_syncs s where s.call_id = c.id and s.connection_id = $)",
      filter.connectionId,
    );
  }
  if (filter.q) where.add("(c.call_id = $ or c.customer_phone = $ or c.customer_email = lower($))", filter.q.trim());
  return where;
}

/** Collects conditions with their values; each `$` becomes the parameter's number. */
function conditions() {
  const texts: string[] = [];
  const values: unknown[] = [];
  return {
    values,
    add(text: string, value: unknown) {
      texts.push(text);
      values.push(value);
    },
    text: (first: number) => texts.map((text, index) => `and ${text.replaceAll("$", `$${first + index}`)}`).join(" "),
  };
}
