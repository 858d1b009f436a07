import { randomUUIDv7 } from "node:crypto";
import type { TenantId } from "#core";
import type { Db, Queryable } from "#db";

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

async function insert(tx: Queryable, tenantId: TenantId, record: AuditRecord): Promise<void> {
  await tx.query(
    `insert into audit_log (id, tenant_id, actor, action, subject_kind, subject_id, detail, request_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      randomUUIDv7(),
      tenantId,
      record.actor,
      record.action,
      record.subjectKind,
      record.subjectId,
      JSON.stringify(record.detail),
      record.requestId,
    ],
  );
}
