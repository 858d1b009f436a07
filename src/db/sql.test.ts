import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId, type PageRequest, readPage } from "#core";
import { inKeyset } from "./sql.ts";
import { forEachEngine } from "./test-db.ts";

forEachEngine((engine, open) => {
  const opening = open({ after });

  test(`${engine}: a typed query is read in pages, newest first, there and back`, async () => {
    const db = await opening;
    const tenant = newId("tenant");
    const ids = Array.from({ length: 5 }, () => newId("agent")).sort(); // made within a millisecond, they have no order
    const agents = ids.map((id, index) => ({ id, tenant_id: tenant, name: `${index}` }));
    await db.withTenant(tenant, async ({ kysely }) => {
      await kysely.insertInto("tenants").values({ id: tenant, name: "Pages" }).execute();
      await kysely.insertInto("agents").values(agents).execute();
    });
    const read = (page: PageRequest) =>
      db.withTenant(tenant, ({ kysely }) =>
        readPage(page, (keyset) => inKeyset(kysely.selectFrom("agents").select(["id", "name"]), keyset).execute()),
      );

    const first = await read({ limit: 2 });
    const second = await read({ limit: 2, cursor: `${first.nextCursor}` });
    const back = await read({ limit: 2, cursor: `${second.prevCursor}` });

    assert.deepEqual([first, second, back].map(namesOf), ["4 3", "2 1", "4 3"]);
  });
});

function namesOf({ data }: { data: { name: string }[] }): string {
  return data.map(({ name }) => name).join(" ");
}
