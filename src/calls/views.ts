import { type AgentId, type Page, type PageRequest, readPage, type TenantId, tryParsePublicId } from "#core";
import type { Db } from "#db";
import { type CallRow, callColumns, toCallRecord } from "./accept-store.ts";
import type { CallFilter, CallSource, CallSummary } from "./calls.ts";
import { syncStateOf } from "./sync-views.ts";
import { collectConditions } from "./where.ts";

const summaryColumns = `${callColumns}, c.source, c.created_at, ${syncStateOf("c", "call_id")} as sync_state`;

interface SummaryRow extends CallRow {
  source: CallSource;
  created_at: Date;
  sync_state: CallSummary["sync_state"];
}

/** What the API, the dashboard and the CLI read of calls. */
export function createCallViews({ db }: { db: Db }) {
  return { list, read };

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
}

function toSummary({ source, created_at, sync_state, ...row }: SummaryRow): CallSummary {
  return { ...toCallRecord(row), source, sync_state, created_at: created_at.toISOString() };
}

function conditionsOf(filter: CallFilter) {
  const where = collectConditions();
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
