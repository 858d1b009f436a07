import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId, type TenantId } from "#core";
import type { Db } from "./db.ts";
import { forEachEngine } from "./test-db.ts";

const readNames = "select name from tenants order by name";

async function addTenant(db: Db, name: string): Promise<TenantId> {
  const id = newId("tenant");
  await db.withTenant(id, (tx) => tx.query("insert into tenants (id, name) values ($1, $2)", [id, name]));
  return id;
}

forEachEngine((engine, open) => {
  const opening = open({ after });

  test(`${engine}: a row is visible to its own tenant only`, async () => {
    const db = await opening;
    const mine = await addTenant(db, "Mine");

    assert.deepEqual(await db.withTenant(mine, (tx) => tx.query(readNames)), [{ name: "Mine" }]);
    assert.deepEqual(await db.withTenant(newId("tenant"), (tx) => tx.query(readNames)), []);
    assert.deepEqual(await db.transaction((tx) => tx.query(readNames)), []);
  });

  test(`${engine}: one transaction writes for several tenants, each seeing its own`, async () => {
    const db = await opening;
    const [first, second] = [await addTenant(db, "First"), await addTenant(db, "Second")];

    const names = await db.withTenant(first, async (tx) => {
      const before = await tx.query(readNames);
      await tx.useTenant(second);
      return [before, await tx.query(readNames)];
    });

    assert.deepEqual(names, [[{ name: "First" }], [{ name: "Second" }]]);
  });

  test(`${engine}: a thrown error takes everything back and keeps the session usable`, async () => {
    const db = await opening;
    const tenant = newId("tenant");
    const failing = db.withTenant(tenant, async (tx) => {
      await tx.query("insert into tenants (id, name) values ($1, 'Gone')", [tenant]);
      throw new Error("on purpose");
    });

    await assert.rejects(failing, /on purpose/);
    assert.deepEqual(await db.withTenant(tenant, (tx) => tx.query(readNames)), []);
  });

  test(`${engine}: a deadlock runs the transaction again, a wrong statement does not`, async () => {
    const db = await opening;
    const attemptsWith = async (state: string, failures: number) => {
      let attempts = 0;
      const done = db.transaction(async (tx) => {
        attempts++;
        if (attempts <= failures) await tx.query(`do $$ begin raise exception using errcode = '${state}'; end $$`);
      });
      return [
        attempts,
        await done.then(
          () => "stored",
          (error) => error.code,
        ),
        attempts,
      ];
    };

    assert.deepEqual((await attemptsWith("40P01", 2)).slice(1), ["stored", 3]);
    assert.deepEqual((await attemptsWith("40001", 9)).slice(1), ["40001", 4]);
    assert.deepEqual((await attemptsWith("23505", 1)).slice(1), ["23505", 1]);
  });

  test(`${engine}: afterCommit runs after the commit, and never after a rollback or for an attempt that failed`, async () => {
    const db = await opening;
    const ran: string[] = [];
    let attempt = 0;
    await db.transaction(async (tx) => {
      attempt++;
      tx.afterCommit(() => ran.push(`commit ${attempt}`));
      if (attempt === 1) await tx.query("do $$ begin raise exception using errcode = '40001'; end $$");
      assert.deepEqual(ran, []);
    });
    await assert.rejects(
      db.transaction(async (tx) => {
        tx.afterCommit(() => ran.push("rollback"));
        throw new Error("on purpose");
      }),
    );

    assert.deepEqual(ran, ["commit 2"]);
  });

  test(`${engine}: a failed statement whose error is swallowed stores nothing and says so`, async () => {
    const db = await opening;
    const tenant = newId("tenant");
    const swallowing = db.withTenant(tenant, async (tx) => {
      await tx.query("insert into tenants (id, name) values ($1, 'Lost')", [tenant]);
      await tx.query("select nonsense").catch(() => {});
    });

    await assert.rejects(swallowing, { code: "internal.assumption", message: /swallowed/ });
  });

  test(`${engine}: a statement after the end, and a transaction inside a transaction, are refused`, async () => {
    const db = await opening;
    const ended = await db.transaction(async (tx) => tx);

    await assert.rejects(ended.query("select 1"), { code: "internal.assumption", message: /ended/ });
    for (const inner of [db.transaction, db.asOwner]) {
      await assert.rejects(
        db.transaction(() => inner(async () => {})),
        { code: "internal.assumption", message: /inside a transaction/ },
      );
    }
    // What a transaction merely set off may open its own.
    let later: Promise<unknown> | undefined;
    await db.transaction(async (tx) =>
      tx.afterCommit(() => (later = db.transaction((next) => next.query("select 1")))),
    );
    assert.equal(((await later) as unknown[]).length, 1);
  });

  test(`${engine}: a tenant id that is no UUID is refused before it reaches the database`, async () => {
    const db = await opening;
    const id = "'); drop table tenants; --" as TenantId;

    await assert.rejects(
      db.withTenant(id, (tx) => tx.query("select 1")),
      { code: "internal.assumption" },
    );
    await assert.rejects(
      db.transaction((tx) => tx.useTenant(id)),
      { code: "internal.assumption" },
    );
  });

  test(`${engine}: typed queries run in the same transaction`, async () => {
    const db = await opening;
    const tenant = newId("tenant");
    const failing = db.withTenant(tenant, async ({ kysely, query }) => {
      await kysely.insertInto("tenants").values({ id: tenant, name: "Typed" }).execute();
      const updated = await kysely.updateTable("tenants").set({ name: "Changed" }).executeTakeFirst();
      assert.equal(updated.numUpdatedRows, 1n);
      assert.deepEqual(await query(readNames), [{ name: "Changed" }]);
      await assert.rejects(
        kysely.transaction().execute(async () => {}),
        { code: "internal.assumption" },
      );
      throw new Error("on purpose");
    });

    await assert.rejects(failing, /on purpose/);
    const rows = await db.withTenant(tenant, (tx) => tx.kysely.selectFrom("tenants").selectAll().execute());
    assert.deepEqual(rows, []);
  });

  test(`${engine}: the owner may run several statements at once, and the app role is back afterwards`, async () => {
    const db = await opening;
    const rows = await db.asOwner((tx) =>
      tx.query("create table extra (n int); insert into extra values (7); select n from extra"),
    );

    assert.deepEqual(rows, [{ n: 7 }]);
    assert.deepEqual(await db.transaction((tx) => tx.query("select current_user::text as role")), [
      { role: "tieline_app" },
    ]);
    await assert.rejects(
      db.transaction((tx) => tx.query("select n from extra")),
      { code: "42501" },
    );
  });

  test(`${engine}: a notification arrives after the commit, until nobody listens`, async () => {
    const db = await opening;
    const heard: string[] = [];
    const arrived = Promise.withResolvers<void>();
    const stop = await db.listen("news", (payload) => {
      heard.push(payload);
      if (payload === "second") arrived.resolve();
    });
    const tell = (payload: string) => db.transaction((tx) => tx.query("select pg_notify('news', $1)", [payload]));
    await assert.rejects(
      db.transaction(async (tx) => {
        await tx.query("select pg_notify('news', 'never')");
        throw new Error("on purpose");
      }),
    );
    await tell("first");
    await tell("second");
    await arrived.promise;
    await stop();
    await tell("third");

    assert.deepEqual(heard, ["first", "second"]);
  });

  test(`${engine}: many transactions at once all get their turn`, async () => {
    const db = await opening;
    const tenant = await addTenant(db, "Busy");
    const insert = (n: number) =>
      db.withTenant(tenant, (tx) =>
        tx.query("insert into agents (id, tenant_id, name) values ($1, $2, $3)", [newId("agent"), tenant, String(n)]),
      );
    await Promise.all(Array.from({ length: 50 }, (_, n) => insert(n)));

    assert.deepEqual(await db.withTenant(tenant, (tx) => tx.query("select count(*) as n from agents")), [{ n: 50 }]);
  });

  test(`${engine}: closing waits for what runs; afterwards the database is unavailable`, async (t) => {
    const db = await open(t);
    const running = db.transaction((tx) => tx.query("select 1 as n"));
    await db.close();

    assert.deepEqual(await running, [{ n: 1 }]);
    await assert.rejects(
      db.transaction((tx) => tx.query("select 1")),
      { code: "db.unavailable" },
    );
  });
});
