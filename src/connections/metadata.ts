import type { ProviderApi } from "#connector-kit";
import type { Clock, ConnectionId, TenantId } from "#core";
import type { Db, Tx } from "#db";
import { currentTenant } from "./store.ts";

/** Provider lists that change seldom (owners, pipelines, job types), kept with their age. */
export interface Metadata<Data> {
  data: Data;
  fetchedAt: Date;
}

export async function readMetadata<Data>(
  { kysely }: Tx,
  connectionId: ConnectionId,
  kind: string,
): Promise<Metadata<Data> | null> {
  const row = await kysely
    .selectFrom("provider_metadata")
    .select(["data", "fetched_at"])
    .where("connection_id", "=", connectionId)
    .where("kind", "=", kind)
    .executeTakeFirst();
  return row ? { data: row.data as Data, fetchedAt: row.fetched_at } : null;
}

export async function saveMetadata(
  { kysely }: Tx,
  connectionId: ConnectionId,
  kind: string,
  data: unknown,
  fetchedAt: Date,
): Promise<void> {
  const fetched = { data: JSON.stringify(data), fetched_at: fetchedAt };
  await kysely
    .insertInto("provider_metadata")
    .values({ connection_id: connectionId, kind, tenant_id: currentTenant, ...fetched })
    .onConflict((conflict) =>
      conflict
        .columns(["connection_id", "kind"])
        .doUpdateSet(fetched)
        .where("provider_metadata.fetched_at", "<=", fetchedAt),
    )
    .execute();
}

/**
 * The kept list when it is younger than `maxAgeMs`, else a fresh one. When the provider fails and an old list is there,
 * the old list is the answer: its age says so.
 */
export async function metadataOf<Data>(
  { db, clock }: { db: Db; clock: Clock },
  tenantId: TenantId,
  api: ProviderApi,
  { kind, maxAgeMs, fetch }: { kind: string; maxAgeMs: number; fetch(api: ProviderApi): Promise<Data> },
): Promise<Metadata<Data>> {
  const { id } = api.connection;
  const kept = await db.withTenant(tenantId, (tx) => readMetadata<Data>(tx, id, kind));
  if (kept && clock.now() - kept.fetchedAt.getTime() < maxAgeMs) return kept;
  const fetchedAt = new Date(clock.now());
  try {
    const data = await fetch(api);
    await db.withTenant(tenantId, (tx) => saveMetadata(tx, id, kind, data, fetchedAt));
    return { data, fetchedAt };
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
