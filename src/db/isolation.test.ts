import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId, type TenantId } from "#core";
import type { Db, Tx } from "./db.ts";
import { forEachEngine } from "./test-db.ts";

interface TenantTable {
  name: string;
  tenantColumn: string;
}

/** What is wrong with the isolation of tenants, in words; nothing when all is well. */
async function findLeaks(db: Db): Promise<string[]> {
  return db.asOwner(async (tx) => {
    const tables = await tx.query<TenantTable & { enabled: boolean; forced: boolean; policies: number }>(`
      select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
        (select count(*) from pg_policy p where p.polrelid = c.oid and p.polroles = '{0}'
          and pg_get_expr(p.polqual, p.polrelid) = e.expected and pg_get_expr(p.polwithcheck, p.polrelid) = e.expected) as policies
      from pg_class c, lateral (select format('(%s = current_tenant())', case when c.relname = 'tenants' then 'id' else 'tenant_id' end) as expected) e
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and ${hasTenant}`);
    const others = await tx.query<{ name: string }>(`
      select c.relname || '.' || p.polname as name from pg_policy p join pg_class c on c.oid = p.polrelid
      where p.polname <> 'tenant' and p.polroles <> array[(select oid from pg_roles where rolname = 'tieline_system')]`);
    const views = await tx.query<{ name: string }>(`
      select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
        and has_table_privilege('tieline_app', c.oid, 'select') and ${hasTenant}
        and not coalesce(c.reloptions @> '{security_invoker=true}', false)`);
    const [role] = await tx.query<{ bypasses: boolean; owns: number; member: boolean }>(`
      select rolbypassrls or rolsuper as bypasses, pg_has_role('tieline_app', 'tieline_system', 'member') as member,
        (select count(*) from pg_class c where c.relowner = r.oid) + (select count(*) from pg_proc f where f.proowner = r.oid) as owns
      from pg_roles r where rolname = 'tieline_app'`);
    return [
      ...tables.flatMap(({ name, enabled, forced, policies }) => [
        ...(enabled ? [] : [`${name} has no row level security`]),
        ...(forced ? [] : [`${name} does not force row level security`]),
        ...(policies === 1 ? [] : [`${name} has no policy on the tenant`]),
      ]),
      ...others.map(({ name }) => `${name} is a policy that widens what a tenant sees`),
      ...views.map(({ name }) => `${name} is a view that reads as its owner`),
      ...(role?.bypasses ? ["tieline_app bypasses row level security"] : []),
      ...(role?.member ? ["tieline_app may become tieline_system"] : []),
      ...(role?.owns ? ["tieline_app owns something"] : []),
    ];
  });
}

const hasTenant =
  "(c.relname = 'tenants' or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped))";

const readTenantTables = `
  select c.relname as name, case when c.relname = 'tenants' then 'id' else 'tenant_id' end as "tenantColumn"
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and ${hasTenant} order by 1`;

/** One row of the tenant in every tenant table, with made-up values: triggers and foreign keys are off. */
async function fillEveryTable(db: Db, tables: TenantTable[], tenant: TenantId): Promise<void> {
  await db.asOwner(async (tx) => {
    await tx.query("set local session_replication_role = replica");
    for (const { name, tenantColumn } of tables) {
      const columns = await tx.query<{ name: string; type: string }>(
        `select attname as name, format_type(atttypid, null) as type from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''
           and (attnotnull and not atthasdef or $2 || '.' || attname = any($3))`,
        [name, name, Object.keys(madeUpForChecks)],
      );
      const others = columns.filter((column) => column.name !== tenantColumn);
      const values = others.map(
        (column) =>
          madeUpForChecks[`${name}.${column.name}`] ??
          madeUp[column.type] ??
          assert.fail(`no made-up value for ${column.type}`),
      );
      await tx.query(
        `insert into ${name} (${[tenantColumn, ...others.map((column) => column.name)].join(", ")}) values ($1${values.map((value) => `, ${value}`).join("")})`,
        [tenant],
      );
    }
  });
}

const madeUp: Record<string, string> = {
  bigint: "1",
  boolean: "true",
  bytea: "decode(md5(random()::text), 'hex')",
  date: "now()",
  integer: "1",
  jsonb: "'{}'",
  numeric: "1",
  smallint: "1",
  text: "gen_random_uuid()::text",
  "text[]": "'{}'",
  "timestamp with time zone": "now()",
  uuid: "gen_random_uuid()",
};

/** What check constraints ask for. */
const madeUpForChecks: Record<string, string> = {
  "call_syncs.call_id": "gen_random_uuid()",
  "messages.direction": "'inbound'",
};

forEachEngine((engine, open) => {
  const opening = open({ after });

  test(`${engine}: every tenant table forces row level security, and the app role cannot get around it`, async () => {
    assert.deepEqual(await findLeaks(await opening), []);
  });

  test(`${engine}: the walk reports a table, a policy and a view that leak`, async (t) => {
    const db = await open(t);
    await db.asOwner((tx) =>
      tx.query(`
        create table careless (id int, tenant_id uuid);
        create table half (id int, tenant_id uuid); alter table half enable row level security;
        create policy tenant on half using (true) with check (tenant_id = current_tenant());
        create policy also on calls for select using (true);
        create view peek as select * from calls; grant select on peek to tieline_app`),
    );

    assert.deepEqual((await findLeaks(db)).sort(), [
      "calls.also is a policy that widens what a tenant sees",
      "careless does not force row level security",
      "careless has no policy on the tenant",
      "careless has no row level security",
      "half does not force row level security",
      "half has no policy on the tenant",
      "peek is a view that reads as its owner",
    ]);
  });

  test(`${engine}: in no table can a tenant read, change, remove or plant a row of another`, async () => {
    const db = await opening;
    const [mine, other] = [newId("tenant"), newId("tenant")];
    const tables = await db.asOwner((tx) => tx.query<TenantTable>(readTenantTables));
    assert.ok(tables.length >= 20);
    await fillEveryTable(db, tables, mine);
    await fillEveryTable(db, tables, other);
    const count = (tx: Tx, name: string) => tx.query(`select count(*) as n from ${name}`);

    for (const { name, tenantColumn } of tables) {
      const leak = `${name} leaks`;
      assert.deepEqual(await db.transaction((tx) => count(tx, name)), [{ n: 0 }], leak);
      assert.deepEqual(await db.withTenant(mine, (tx) => count(tx, name)), [{ n: 1 }], leak);
      const touched = await db.withTenant(mine, async (tx) => [
        await tx.query(`update ${name} set ${tenantColumn} = ${tenantColumn} where ${tenantColumn} = $1 returning 1`, [
          other,
        ]),
        await tx.query(`delete from ${name} where ${tenantColumn} = $1 returning 1`, [other]),
      ]);
      assert.deepEqual(touched, [[], []], leak);
      for (const plant of [
        `insert into ${name} select * from jsonb_populate_record(null::${name}, (select to_jsonb(t) || jsonb_build_object('${tenantColumn}', $1::text) from ${name} t))`,
        `update ${name} set ${tenantColumn} = $1::uuid`,
      ]) {
        const planting = db.withTenant(mine, (tx) => tx.query(plant, [other]));
        await assert.rejects(planting, { code: "42501" }, `${leak}: ${plant}`);
      }
    }
  });
});
