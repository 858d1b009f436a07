import { type AgentId, type Page, type PageRequest, readPage, type TenantId, tryParsePublicId } from "#core";
import type { Db } from "#db";
import { type MessageRow, messageColumns, toMessageRecord } from "./message-store.ts";
import type { MessageFilter, MessageSource, MessageSummary } from "./messages.ts";
import { syncStateOf } from "./sync-views.ts";
import { collectConditions } from "./where.ts";

const summaryColumns = `${messageColumns}, m.source, m.created_at, ${syncStateOf("m", "message_id")} as sync_state`;

interface SummaryRow extends MessageRow {
  source: MessageSource;
  created_at: Date;
  sync_state: MessageSummary["sync_state"];
}

/** What the API reads of messages. */
export function createMessageViews({ db }: { db: Db }) {
  return { list, read };

  function list(tenantId: TenantId, filter: MessageFilter, page: PageRequest): Promise<Page<MessageSummary>> {
    return readPage(page, ({ id, operator, order, limit }) =>
      db.withTenant(tenantId, async (tx) => {
        const where = conditionsOf(filter);
        if (id) where.add(`m.id ${operator} $`, id);
        const rows = await tx.query<SummaryRow>(
          `select * from (
             select ${summaryColumns} from messages m where m.tenant_id = $1 ${where.text(2)}
           ) m ${filter.syncState ? `where m.sync_state = $${where.values.length + 2}` : ""}
           order by m.id ${order} limit ${limit}`,
          [tenantId, ...where.values, ...(filter.syncState ? [filter.syncState] : [])],
        );
        return rows.map(toSummary);
      }),
    );
  }

  async function read(tenantId: TenantId, id: string): Promise<MessageSummary | null> {
    const ours = tryParsePublicId("message", id);
    const [row] = await db.withTenant(tenantId, (tx) =>
      tx.query<SummaryRow>(
        `select ${summaryColumns} from messages m where m.tenant_id = $1 and ${ours ? "m.id = $2::uuid" : "m.message_id = $2"}`,
        [tenantId, ours ?? id],
      ),
    );
    return row ? toSummary(row) : null;
  }
}

function toSummary({ source, created_at, sync_state, ...row }: SummaryRow): MessageSummary {
  return { ...toMessageRecord(row), source, sync_state, created_at: created_at.toISOString() };
}

function conditionsOf(filter: MessageFilter) {
  const where = collectConditions();
  if (filter.agentId) where.add("m.agent_id = $", filter.agentId satisfies AgentId);
  if (filter.conversationId) where.add("m.conversation_id = $", filter.conversationId);
  if (filter.direction) where.add("m.direction = $", filter.direction);
  if (filter.createdFrom) where.add("m.created_at >= $", filter.createdFrom);
  if (filter.createdTo) where.add("m.created_at < $", filter.createdTo);
  if (filter.connectionId) {
    where.add(
      "exists (select 1 from call_syncs s where s.message_id = m.id and s.connection_id = $)",
      filter.connectionId,
    );
  }
  if (filter.q) where.add("(m.message_id = $ or m.customer_phone = $ or m.customer_email = lower($))", filter.q.trim());
  return where;
}
