import { type Page, type PageRequest, readPage, type TenantId } from "#core";
import type { Db } from "#db";
import { eventColumns, type StoredEvent, toEvent } from "./feed.ts";

export interface EventFilter {
  type?: string;
  subjectId?: string;
}

/** A tenant's events, newest first, those of transactions that have just ended included. */
export function listEvents(
  db: Db,
  tenantId: TenantId,
  { type, subjectId }: EventFilter,
  page: PageRequest,
): Promise<Page<StoredEvent>> {
  return db.withTenant(tenantId, (tx) =>
    readPage(page, async ({ id, operator, order, limit }) => {
      const rows = await tx.query<Parameters<typeof toEvent>[0]>(
        `select ${eventColumns} from events
         where tenant_id = $1
           and ($2::uuid is null or (xid, seq) ${operator} ((select xid from events where id = $2), (select seq from events where id = $2)))
           and ($3::text is null or type = $3) and ($4::uuid is null or subject_id = $4)
         order by xid ${order}, seq ${order} limit $5`,
        [tenantId, id, type ?? null, subjectId ?? null, limit],
      );
      return rows.map(toEvent);
    }),
  );
}
