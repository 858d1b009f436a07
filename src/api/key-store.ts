import { type Id, newId, type Page, type PageRequest, readPage, type TenantId, toPublicId } from "#core";
import { type Db, inKeyset, now } from "#db";
import type { ApiKey } from "./contract/api-keys.ts";
import type { Scope } from "./contract/session.ts";
import { hashKey, keyHint, newKeySecret } from "./keys.ts";

export interface ApiKeyRow {
  id: string;
  tenant_id: TenantId | null;
  name: string;
  hint: string;
  scopes: Scope[];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

const shownColumns = [
  "id",
  "tenant_id",
  "name",
  "hint",
  "scopes",
  "created_at",
  "expires_at",
  "revoked_at",
  "last_used_at",
] as const;

export interface NewApiKey {
  /** Null: a host key. */
  tenantId: TenantId | null;
  name: string;
  scopes: readonly Scope[];
  expiresAt?: string | null;
  /** Given, for set-ups that must know their key beforehand; random when absent. */
  secret?: string;
}

/** API keys: of one tenant under its row-level security, host keys through functions that see only those. */
export function createKeyStore(db: Db) {
  return { add, list, revoke };

  async function add(key: NewApiKey): Promise<{ id: string; secret: string }> {
    const id = newId("apiKey");
    const secret = key.secret ?? newKeySecret();
    const { tenantId, name } = key;
    const [secretHash, hint, scopes] = [hashKey(secret), keyHint(secret), [...key.scopes]];
    const expiresAt = key.expiresAt ?? null;
    if (tenantId === null) {
      const values = [id, name, secretHash, hint, scopes, expiresAt];
      await db.transaction((tx) => tx.query("select add_host_api_key($1, $2, $3, $4, $5, $6)", values));
    } else {
      const row = { id, tenant_id: tenantId, name, secret_hash: secretHash, hint, scopes, expires_at: expiresAt };
      await db.withTenant(tenantId, ({ kysely }) => kysely.insertInto("api_keys").values(row).execute());
    }
    return { id, secret };
  }

  /** Keys of a tenant in pages; host keys, of which there are few, at once. */
  async function list(tenantId: TenantId | null, page: PageRequest): Promise<Page<ApiKeyRow>> {
    if (tenantId === null) {
      const rows = await db.transaction((tx) => tx.query<ApiKeyRow>("select * from list_host_api_keys()"));
      return { data: rows, nextCursor: null, prevCursor: null };
    }
    return db.withTenant(tenantId, ({ kysely }) => {
      const keys = kysely.selectFrom("api_keys").select(shownColumns).$narrowType<{ scopes: Scope[] }>();
      return readPage(page, (keyset) => inKeyset(keys, keyset).execute());
    });
  }

  /** False when there is no such key, or it was revoked before. */
  async function revoke(tenantId: TenantId | null, id: Id<"apiKey">): Promise<boolean> {
    if (tenantId === null) {
      const [row] = await db.transaction((tx) =>
        tx.query<{ revoked: boolean | null }>("select revoke_host_api_key($1) as revoked", [id]),
      );
      return row?.revoked === true;
    }
    const { numUpdatedRows } = await db.withTenant(tenantId, ({ kysely }) =>
      kysely
        .updateTable("api_keys")
        .set({ revoked_at: now })
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }
}

export type KeyStore = ReturnType<typeof createKeyStore>;

export function presentKey(row: ApiKeyRow): ApiKey {
  return {
    id: toPublicId("apiKey", row.id),
    tenant_id: row.tenant_id && toPublicId("tenant", row.tenant_id),
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}
