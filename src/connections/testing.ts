import { randomUUID } from "node:crypto";
import { newId } from "#core";
import type { Db } from "#db";

/** A tenant with one connected connection, for tests. */
export async function aConnection(db: Db, { provider = "acme", auth = "api_key", settings = {} } = {}) {
  const [tenantId, connectionId] = [newId("tenant"), newId("connection")];
  await db.withTenant(tenantId, async (tx) => {
    await tx.query("insert into tenants (id, name) values ($1, 'A business')", [tenantId]);
    await tx.query(
      `insert into connections (id, tenant_id, provider, auth, settings, webhook_key, external_account_id)
       values ($1, $2, $3, $4, $5, $6, 'account-1')`,
      [connectionId, tenantId, provider, auth, JSON.stringify(settings), randomUUID()],
    );
  });
  return { tenantId, connectionId };
}
