import type { ConnectionId } from "#core";
import type { Tx } from "#db";

/** Who at the provider a normalised phone or e-mail is, for this connection. */
export interface Claim {
  /** `phone:+14079780655`, `email:jane@example.com` */
  key: string;
  externalId: string;
}

/** External ids of the keys that somebody claimed before. */
export async function readClaims(
  tx: Tx,
  connectionId: ConnectionId,
  keys: readonly string[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await tx.query<Claim>(
    // One look-up by index for each key, whatever the planner believes of a table it has not analyzed yet.
    `select w.key, c.external_id as "externalId" from unnest($2::text[]) as w(key) cross join lateral (
       select external_id from identity_claims where connection_id = $1 and claim_key = w.key and external_id is not null limit 1) c`,
    [connectionId, keys],
  );
  return new Map(rows.map(({ key, externalId }) => [key, externalId]));
}

/** Claims the keys; where another writer was first, its id is the answer and stays. */
export async function claim(
  tx: Tx,
  connectionId: ConnectionId,
  claims: readonly Claim[],
): Promise<Map<string, string>> {
  // The first wins among equal keys too; one order, so that racing writers do not wait for each other in a circle.
  const wanted = [...new Map(claims.toReversed().map((item) => [item.key, item])).values()];
  wanted.sort((a, b) => (a.key < b.key ? -1 : 1));
  if (wanted.length === 0) return new Map();
  const rows = await tx.query<Claim>(
    `insert into identity_claims as c (connection_id, claim_key, tenant_id, external_id)
     select $1, key, current_tenant(), external_id from unnest($2::text[], $3::text[]) w (key, external_id)
     on conflict (connection_id, claim_key) do update set external_id = coalesce(c.external_id, excluded.external_id)
     returning claim_key as key, external_id as "externalId"`,
    [connectionId, wanted.map(({ key }) => key), wanted.map(({ externalId }) => externalId)],
  );
  return new Map(rows.map(({ key, externalId }) => [key, externalId]));
}

/** Forgets claims whose record is gone at the provider, so that the person is matched anew. */
export async function releaseClaims(tx: Tx, connectionId: ConnectionId, externalIds: readonly string[]): Promise<void> {
  await tx.query("delete from identity_claims where connection_id = $1 and external_id = any ($2::text[])", [
    connectionId,
    externalIds,
  ]);
}
