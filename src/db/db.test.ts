import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "#core";
import { forEachEngine } from "./test-db.ts";

forEachEngine((engine, open) => {
  test(`${engine}: a row is visible to its own tenant only`, async (t) => {
    const db = await open(t);
    const [mine, other] = [newId("tenant"), newId("tenant")];
    await db.withTenant(mine, (tx) => tx.query("insert into tenants (id, name) values ($1, $2)", [mine, "Mine"]));

    const read = "select name from tenants";
    assert.deepEqual(await db.withTenant(mine, (tx) => tx.query(read)), [{ name: "Mine" }]);
    assert.deepEqual(await db.withTenant(other, (tx) => tx.query(read)), []);
    assert.deepEqual(await db.transaction((tx) => tx.query(read)), []);
  });
});
