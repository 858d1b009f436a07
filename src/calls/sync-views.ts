import type { CallStep, Connector } from "#connector-kit";
import { type CallId, type ConnectionId, type Page, type PageRequest, readPage, type TenantId } from "#core";
import type { Db, Tx } from "#db";
import type { CallSyncView } from "./calls.ts";
import type { MessageId, MessageSyncView } from "./messages.ts";
import { collectConditions } from "./where.ts";

/** How the syncs of a call or a message stand together: the worst one wins. `row` is its alias, `column` points to it. */
export function syncStateOf(row: string, column: "call_id" | "message_id"): string {
  const some = (test: string) => `exists (select 1 from call_syncs s where s.${column} = ${row}.id${test})`;
  return `case
    when ${some(" and s.state = 'dead'")} then 'dead'
    when ${some(" and s.state in ('queued', 'running')")} then 'waiting'
    when ${some(" and s.state = 'done'")} then 'done'
    when ${some("")} then 'skipped'
    when ${row}.routed_at is null then 'waiting'
    else 'none' end`;
}

/** The ways of calls and messages into each connection, as people see them. */
export function createSyncViews({ db, connectors }: { db: Db; connectors: ReadonlyMap<string, Connector> }) {
  return { ofCall, ofMessage, listOfCalls };

  async function ofCall(tenantId: TenantId, callId: CallId): Promise<CallSyncView[]> {
    return (await read(tenantId, "call_id", callId)).map((row) => ({ ...row, call_id: callId }));
  }

  async function ofMessage(tenantId: TenantId, messageId: MessageId): Promise<MessageSyncView[]> {
    return (await read(tenantId, "message_id", messageId)).map((row) => ({ ...row, message_id: messageId }));
  }

  function read(tenantId: TenantId, column: "call_id" | "message_id", id: string): Promise<SyncView[]> {
    return db.withTenant(tenantId, async (tx) => {
      const rows = await tx.query<SyncRow>(
        `select ${syncColumns} from call_syncs s join connections n on n.id = s.connection_id
         where s.tenant_id = $1 and s.${column} = $2 order by s.id`,
        [tenantId, id],
      );
      return withSteps(tx, rows);
    });
  }

  function listOfCalls(
    tenantId: TenantId,
    filter: { connectionId?: ConnectionId; state?: CallSyncView["state"] },
    page: PageRequest,
  ): Promise<Page<CallSyncView>> {
    return readPage(page, ({ id, operator, order, limit }) =>
      db.withTenant(tenantId, async (tx) => {
        const where = collectConditions();
        if (filter.connectionId) where.add("s.connection_id = $", filter.connectionId);
        if (filter.state) where.add("s.state = $", filter.state);
        if (id) where.add(`s.id ${operator} $`, id);
        const rows = await tx.query<SyncRow & { call_id: CallId }>(
          `select ${syncColumns}, s.call_id from call_syncs s join connections n on n.id = s.connection_id
           where s.tenant_id = $1 and s.call_id is not null ${where.text(2)} order by s.id ${order} limit ${limit}`,
          [tenantId, ...where.values],
        );
        return withSteps(tx, rows);
      }),
    );
  }

  async function withSteps<Row extends SyncRow>(tx: Tx, rows: Row[]) {
    const steps = await tx.query<StepRow>(
      `select call_sync_id, step, outcome, external_id, reason, detail, duration_ms, finished_at from call_sync_steps
       where call_sync_id = any($1) order by finished_at, step`,
      [rows.map(({ id }) => id)],
    );
    const bySync = Map.groupBy(steps, ({ call_sync_id }) => call_sync_id);
    return rows.map((row) => toSyncView(row, bySync.get(row.id) ?? []));
  }

  function toSyncView<Row extends SyncRow>({ connection, ...row }: Row, steps: StepRow[]) {
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

type SyncView = Omit<CallSyncView, "call_id">;

const syncColumns = `s.id, s.connection_id, n.provider, s.state, s.reason, s.detail, s.cause_class, s.attempts, s.due_at,
  s.finished_at, s.created_at,
  jsonb_build_object('environment', n.environment, 'account', n.external_account_id, 'settings', n.settings, 'state', n.provider_state) as connection`;

interface SyncRow extends Omit<SyncView, "due_at" | "finished_at" | "created_at" | "steps"> {
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
