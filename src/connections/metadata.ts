import type { ProviderApi } from "#connector-kit";
import type { Clock, ConnectionId, TenantId } from "#core";
import type { Db, Tx } from "#db";

/** Provider lists that change seldom (owners, pipelines, job types), kept with their age. */
export interface Metadata<Data> {
  data: Data;
  fetchedAt: Date;
}

export async function readMetadata<Data>(
  tx: Tx,
  connectionId: ConnectionId,
  kind: string,
): Promise<Metadata<Data> | null> {
  const [row] = await tx.query<{ data: Data; fetched_at: Date }>(
    "select data, fetched_at from provider_metadata where connection_id = $1 and kind = $2",
    [connectionId, kind],
  );
  return row ? { data: row.data, fetchedAt: row.fetched_at } : null;
}

export async function saveMetadata(
  tx: Tx,
  connectionId: ConnectionId,
  kind: string,
  data: unknown,
  fetchedAt: Date,
): Promise<void> {
  await tx.query(
    `insert into provider_metadata as m (connection_id, kind, tenant_id, data, fetched_at) values ($1, $2, current_tenant(), $3, $4)
     on conflict (connection_id, kind) do update set data = excluded.data, fetched_at = excluded.fetched_at
     where m.fetched_at <= excluded.fetched_at`,
    [connectionId, kind, JSON.stringify(data), fetchedAt],
  );
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
