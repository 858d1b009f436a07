import type { TenantId } from "#core";
import type { Tx } from "#db";
import type { MessageRecord } from "#model";
import type { MessageSource } from "./messages.ts";
import type { NormalizedMessage } from "./normalize-message.ts";

export interface MessageToInsert extends NormalizedMessage {
  id: string;
  agent_uuid: string;
  contact_id: string | null;
  source: MessageSource;
}

/** Inserts what is not there yet; answers the message ids that are new. */
export async function insertMessages(tx: Tx, tenantId: TenantId, messages: MessageToInsert[]): Promise<Set<string>> {
  const rows = await tx.query<{ message_id: string }>(
    `insert into messages (id, tenant_id, agent_id, message_id, conversation_id, source, body_hash, contact_id, direction,
       customer_name, customer_phone, customer_phone_raw, customer_email, text, sent_at, extra, routed_at)
     select id, $1, agent_uuid, message_id, conversation_id, source, decode(body_hash, 'hex'), contact_id, direction,
       customer_name, customer_phone, customer_phone_raw, customer_email, "text", sent_at, coalesce(extra, '{}'), now()
     from jsonb_to_recordset($2::jsonb) as m(id uuid, agent_uuid uuid, message_id text, conversation_id text, source text,
       body_hash text, contact_id uuid, direction text, customer_name text, customer_phone text, customer_phone_raw text,
       customer_email text, "text" text, sent_at timestamptz, extra jsonb)
     order by message_id
     on conflict (tenant_id, message_id) do nothing
     returning message_id`,
    [tenantId, JSON.stringify(messages)],
  );
  return new Set(rows.map(({ message_id }) => message_id));
}

/** What is stored under these message ids. */
export async function readStoredMessages(
  tx: Tx,
  tenantId: TenantId,
  messageIds: string[],
): Promise<Map<string, { id: string; hash: string | null }>> {
  if (messageIds.length === 0) return new Map();
  const rows = await tx.query<{ id: string; message_id: string; hash: string | null }>(
    `select id, message_id, encode(body_hash, 'hex') as hash from messages where tenant_id = $1 and message_id = any($2)`,
    [tenantId, messageIds],
  );
  return new Map(rows.map(({ id, message_id, hash }) => [message_id, { id, hash }]));
}

/** A row of `messages` in the shape of the contract. */
export const messageColumns = `m.id, m.message_id, m.agent_id, m.conversation_id, m.direction, m.customer_name,
  m.customer_phone, m.customer_email, m.text, m.sent_at, m.extra`;

export interface MessageRow extends Omit<MessageRecord, "sent_at"> {
  sent_at: Date | null;
}

export function toMessageRecord(row: MessageRow): MessageRecord {
  return { ...row, sent_at: row.sent_at?.toISOString() ?? null };
}
