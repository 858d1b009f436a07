import { newId, type Page, type PageRequest, readPage, type TenantId, toPublicId } from "#core";
import type { Db } from "#db";
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
    const values = [id, key.name, hashKey(secret), keyHint(secret), key.scopes, key.expiresAt ?? null];
    if (key.tenantId === null)
      await db.transaction((tx) => tx.query("select add_host_api_key($1, $2, $3, $4, $5, $6)", values));
    else
      await db.withTenant(key.tenantId, (tx) =>
        tx.query(
          `insert into api_keys (id, name, secret_hash, hint, scopes, expires_at, tenant_id)
           values ($1, $2, $3, $4, $5, $6, $7)`,
          [...values, key.tenantId],
        ),
      );
    return { id, secret };
  }

  /** Keys of a tenant in pages; host keys, of which there are few, at once. */
  async function list(tenantId: TenantId | null, page: PageRequest): Promise<Page<ApiKeyRow>> {
    if (tenantId === null) {
      const rows = await db.transaction((tx) => tx.query<ApiKeyRow>("select * from list_host_api_keys()"));
      return { data: rows, nextCursor: null, prevCursor: null };
    }
    return db.withTenant(tenantId, (tx) =>
      readPage(page, ({ id, operator, order, limit }) =>
        tx.query<ApiKeyRow>(
          `select * from api_keys where $1::uuid is null or id ${operator} $1 order by id ${order} limit $2`,
          [id, limit],
        ),
      ),
    );
  }

  /** False when there is no such key, or it was revoked before. */
  async function revoke(tenantId: TenantId | null, id: string): Promise<boolean> {
    if (tenantId === null) {
      const [row] = await db.transaction((tx) =>
        tx.query<{ revoked: boolean | null }>("select revoke_host_api_key($1) as revoked", [id]),
      );
      return row?.revoked === true;
    }
    const rows = await db.withTenant(tenantId, (tx) =>
      tx.query("update api_keys set revoked_at = now() where id = $1 and revoked_at is null returning 1", [id]),
    );
    return rows.length > 0;
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
