import { newId, type TenantId } from "#core";
import type { Db, Tx } from "#db";
import { type Position, readFeed, type StoredEvent } from "./feed.ts";
import { recordEvent } from "./record.ts";

export async function addTenant(db: Db): Promise<TenantId> {
  const id = newId("tenant");
  await db.withTenant(id, (tx) => tx.query("insert into tenants (id, name) values ($1, 'Acme')", [id]));
  return id;
}

export function pause(tx: Tx, id: string): Promise<void> {
  return recordEvent(tx, "connection.paused", id, { provider: "acme" });
}

/**
 * The next events after a position, once so many are readable: on a server that others use as well, the feed waits for
 * their transactions too.
 */
export async function readNext(
  db: Db,
  tenantId: TenantId,
  after: Position | null,
  count: number,
): Promise<StoredEvent[]> {
  for (;;) {
    const { events } = await db.withTenant(tenantId, (tx) => readFeed(tx, tenantId, { after, limit: count + 1 }));
    if (events.length >= count) return events;
  }
}
