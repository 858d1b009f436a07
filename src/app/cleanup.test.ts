import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createTestClock, newId, type TenantId } from "#core";
import { type Db, forEachEngine } from "#db";
import { createCleanup } from "./cleanup.ts";

const day = 86_400_000;
const now = Date.parse("2026-06-30T12:00:00Z");
const [old, recent] = [now - 31 * day, now - 29 * day];

forEachEngine((engine, open) => {
  describe(`clearing old logs on ${engine}`, async () => {
    const db = await open({ after });
    const cleanUp = createCleanup({ db, clock: createTestClock(now) });

    test("logs of all tenants go after 30 days; calls and what still waits stay", async () => {
      const tenants = [await aTenant(db), await aTenant(db)];
      for (const tenantId of tenants) {
        await addLogs(db, tenantId, old);
        await addLogs(db, tenantId, recent);
      }

      await cleanUp();

      for (const tenantId of tenants)
        assert.deepEqual(await counts(db, tenantId), {
          events: 2, // one written now by the call
          audit_log: 1,
          inbound_events: 3, // the recent ones, and the old one that waits
          calls: 1,
        });
    });

    test("more than fits into one slice goes too", async () => {
      const tenantId = await aTenant(db);
      await db.withTenant(tenantId, (tx) =>
        tx.query(
          `insert into events (id, tenant_id, type, subject_kind, created_at)
           select overlay(gen_random_uuid()::text placing left(uuid_v7_floor($1)::text, 13) from 1 for 13)::uuid, current_tenant(), 'call.completed', 'call', $1
           from generate_series(1, 4500)`,
          [new Date(old)],
        ),
      );

      assert.equal(await cleanUp(), 4_500);
    });
  });
});

async function aTenant(db: Db): Promise<TenantId> {
  const tenantId = newId("tenant");
  await db.withTenant(tenantId, async (tx) => {
    await tx.query("insert into tenants (id, name) values ($1, 'A business')", [tenantId]);
    const agentId = newId("agent");
    await tx.query("insert into agents (id, tenant_id, name) values ($1, $2, 'Front desk')", [agentId, tenantId]);
    await tx.query(
      `insert into connections (id, tenant_id, provider, auth, webhook_key) values ($1, $2, 'retell', 'api_key', $3)`,
      [newId("connection"), tenantId, tenantId],
    );
    await tx.query("insert into calls (tenant_id, agent_id, call_id, created_at) values ($1, $2, 'c1', $3)", [
      tenantId,
      agentId,
      new Date(old),
    ]);
  });
  return tenantId;
}

/** One row of each kind as it would have been written at that time: their ids tell the time, too. */
async function addLogs(db: Db, tenantId: TenantId, at: number): Promise<void> {
  await db.withTenant(tenantId, async (tx) => {
    const id = "overlay(gen_random_uuid()::text placing left(uuid_v7_floor($1)::text, 13) from 1 for 13)::uuid";
    const when = [new Date(at)];
    await tx.query(
      `insert into events (id, tenant_id, type, subject_kind, created_at) values (${id}, current_tenant(), 'call.completed', 'call', $1)`,
      when,
    );
    await tx.query(
      `insert into audit_log (id, tenant_id, actor, action, subject_kind, created_at) values (${id}, current_tenant(), 'me', 'test', 'call', $1)`,
      when,
    );
    for (const state of ["done", "queued"])
      await tx.query(
        `insert into inbound_events (id, tenant_id, connection_id, provider, dedupe_key, body, state, received_at)
         select ${id}, current_tenant(), c.id, 'retell', gen_random_uuid()::text, '{}', $2, $1 from connections c`,
        [...when, state],
      );
  });
}

async function counts(db: Db, tenantId: TenantId): Promise<Record<string, number>> {
  return db.withTenant(tenantId, async (tx) => {
    const found: Record<string, number> = {};
    for (const table of ["events", "audit_log", "inbound_events", "calls"]) {
      const [row] = await tx.query<{ count: number }>(`select count(*)::int as count from ${table}`);
      found[table] = row?.count ?? 0;
    }
    return found;
  });
}
