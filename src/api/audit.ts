import { randomUUIDv7 } from "node:crypto";
import type { TenantId } from "#core";
import type { Db, Tx } from "#db";

export interface AuditRecord {
  actor: string;
  action: string;
  subjectKind: string;
  subjectId: string | null;
  detail: Record<string, unknown>;
  requestId: string;
}

/** Writes who did what. What belongs to no tenant (host keys) goes to the log. */
export function createAudit({ db, log }: { db: Db; log: (record: AuditRecord) => void }) {
  return {
    async record(tenantId: TenantId | null, record: AuditRecord): Promise<void> {
      if (tenantId === null) return log(record);
      await db.withTenant(tenantId, (tx) => insert(tx, tenantId, record));
    },
  };
}

async function insert({ kysely }: Tx, tenantId: TenantId, record: AuditRecord): Promise<void> {
  await kysely
    .insertInto("audit_log")
    .values({
      id: randomUUIDv7(),
      tenant_id: tenantId,
      actor: record.actor,
      action: record.action,
      subject_kind: record.subjectKind,
      subject_id: record.subjectId,
      detail: JSON.stringify(record.detail),
      request_id: record.requestId,
    })
    .execute();
}
