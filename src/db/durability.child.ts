// Run by data-folder.test.ts: commits agents one after the other and says each name after its commit, until it is killed.
import { newId, type TenantId } from "#core";
import { openDb } from "./open.ts";

const [folder = "", tenant = "", round = ""] = process.argv.slice(2);
const db = await openDb({ folder });
for (let n = 0; ; n++) {
  const name = `${round}-${n}`;
  await db.withTenant(tenant as TenantId, (tx) =>
    tx.query("insert into agents (id, tenant_id, name) values ($1, $2, $3)", [newId("agent"), tenant, name]),
  );
  process.stdout.write(`${name}\n`);
}
