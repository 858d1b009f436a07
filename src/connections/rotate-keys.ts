import type { TenantId } from "#core";
import type { Db, Tx } from "#db";
import type { Vault } from "./vault.ts";

type SecretKind = "credentials" | "webhook_secrets" | "provider_apps";
interface Due {
  kind: SecretKind;
  id: string;
  tenant_id: TenantId;
}

/** Where each kind of secret is: its id, which is bound into the envelope, and its envelope. */
const places: Record<SecretKind, { id: string; envelope: string }> = {
  credentials: { id: "connection_id", envelope: "envelope" },
  webhook_secrets: { id: "id", envelope: "envelope" },
  provider_apps: { id: "id", envelope: "secret_envelope" },
};

/**
 * Seals every secret with the active key again, slice by slice, while the product runs; answers how many. A row that a
 * refresh changes meanwhile keeps the refresh's envelope, which has the active key already. Throws `secret.unreadable`
 * for a row whose key is not given. Sign-ins under way are left alone: they are over in ten minutes.
 */
export async function rotateKeys(
  { db, vault }: { db: Db; vault: Vault },
  { sliceSize = 200, signal }: { sliceSize?: number; signal?: AbortSignal } = {},
): Promise<number> {
  let rotated = 0;
  while (!signal?.aborted) {
    const due = await db.transaction((tx) =>
      tx.query<Due>("select kind, id, tenant_id from find_credentials_to_rotate($1, $2)", [
        vault.activeKeyId,
        sliceSize,
      ]),
    );
    if (due.length === 0) break;
    for (const secret of due) rotated += await db.withTenant(secret.tenant_id, (tx) => reseal(tx, vault, secret));
  }
  return rotated;
}

// The row is locked, so nobody stores a new envelope between reading and writing; the version stays, for the secret does.
async function reseal(tx: Tx, vault: Vault, { kind, id, tenant_id: tenantId }: Due): Promise<number> {
  const place = places[kind];
  const [row] = await tx.query<{ envelope: string; key_id: string }>(
    `select ${place.envelope} as envelope, key_id from ${kind} where ${place.id} = $1 for update`,
    [id],
  );
  if (!row || row.key_id === vault.activeKeyId) return 0;
  const owner = { tenantId, subjectId: id };
  await tx.query(`update ${kind} set ${place.envelope} = $2, key_id = $3 where ${place.id} = $1`, [
    id,
    vault.seal(owner, vault.open(owner, row.envelope)),
    vault.activeKeyId,
  ]);
  return 1;
}
