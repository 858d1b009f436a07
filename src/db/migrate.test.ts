import assert from "node:assert/strict";
import { test } from "node:test";
import type { Db } from "./db.ts";
import { type Migration, migrate, readMigrations } from "./migrate.ts";
import { openDb } from "./open.ts";
import { forEachEngine } from "./test-db.ts";

const first: Migration = { name: "9001_first.sql", sql: "create table first (n int)", checksum: "one" };
const second: Migration = {
  name: "9002_second.sql",
  sql: "create table second (n int); insert into second values (1)",
  checksum: "two",
};

const tableExists = async (db: Db, name: string) => {
  const [row] = await db.asOwner((tx) =>
    tx.query<{ found: string | null }>("select to_regclass($1)::text as found", [name]),
  );
  return row?.found === name;
};

forEachEngine((engine, open) => {
  test(`${engine}: what is missing is applied in order, once, and named`, async (t) => {
    const db = await open(t);

    assert.deepEqual(await migrate(db), []);
    assert.deepEqual(await migrate(db, [first]), ["9001_first.sql"]);
    assert.deepEqual(await migrate(db, [first, second]), ["9002_second.sql"]);
    assert.deepEqual(await db.asOwner((tx) => tx.query("select n from second")), [{ n: 1 }]);
  });

  test(`${engine}: an applied file that has changed is refused before anything else is applied`, async (t) => {
    const db = await open(t);
    await migrate(db, [first]);
    const changed = migrate(db, [{ ...first, checksum: "other" }, second]);

    await assert.rejects(changed, { code: "db.schema_mismatch", message: /9001_first\.sql was changed/ });
    assert.equal(await tableExists(db, "second"), false);
  });

  test(`${engine}: a file that fails leaves nothing of itself and is named`, async (t) => {
    const db = await open(t);
    const broken = { ...second, sql: "create table half (n int); select nonsense" };

    await assert.rejects(migrate(db, [first, broken]), {
      code: "db.schema_mismatch",
      message: /9002_second\.sql failed/,
    });
    assert.equal(await tableExists(db, "first"), true);
    assert.equal(await tableExists(db, "half"), false);
  });

  test(`${engine}: several that migrate at once apply each file once`, async (t) => {
    const db = await open(t);
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(db, [first, second])));

    assert.deepEqual(applied.flat().sort(), ["9001_first.sql", "9002_second.sql"]);
  });

  test(`${engine}: a migration may grow a schema but the app may not`, async (t) => {
    const db = await open(t);
    await assert.rejects(
      db.transaction((tx) => tx.query("create table mine (n int)")),
      { code: "42501" },
    );
    await assert.rejects(
      db.transaction((tx) => tx.query("delete from schema_migrations")),
      { code: "42501" },
    );
  });
});

test("before the migrations, the app is told to run them", async (t) => {
  const db = await openDb({ memory: true });
  t.after(() => db.close());

  await assert.rejects(
    db.transaction((tx) => tx.query("select 1")),
    { code: "db.schema_mismatch", message: /run the migrations/ },
  );
});

test("the migrations are numbered without a gap", async () => {
  const numbers = (await readMigrations()).map(({ name }) => Number(name.slice(0, 4)));
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  );
});
