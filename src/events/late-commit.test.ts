import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId, type TenantId } from "#core";
import { type Db, forEachEngine } from "#db";
import { createEvents } from "./events.ts";
import { readFeed, type StoredEvent } from "./feed.ts";
import { addTenant, pause, readNext } from "./testing.ts";

// A file without any test counts as one that was forgotten.
test("late commits need a server with several sessions", {
  skip: !process.env.TIELINE_TEST_DATABASE_URL && "TIELINE_TEST_DATABASE_URL is not set",
}, () => {
  assert.ok(process.env.TIELINE_TEST_DATABASE_URL);
});

forEachEngine((engine, open) => {
  // The embedded engine has one session: there nothing can commit beside an open transaction.
  if (engine !== "postgres") return;
  const opening = open({ after });

  test("a transaction that begins first and commits last is not skipped", async () => {
    const db = await opening;
    const tenantId = await addTenant(db);
    const [early, late] = [newId("connection"), newId("connection")];
    const slow = await openTransaction(db, tenantId, early);
    await db.withTenant(tenantId, (tx) => pause(tx, late));

    const first = await db.withTenant(tenantId, (tx) => readFeed(tx, tenantId, { after: null, limit: 10 }));
    await slow.commit();
    const second = await readNext(db, tenantId, first.position, 2);

    assert.deepEqual(first.events, []);
    assert.deepEqual(subjects(second), [early, late]);
  });

  test("a smaller number within the feed, given to a younger transaction, is not skipped either", async () => {
    const db = await opening;
    const tenantId = await addTenant(db);
    const [older, younger] = [newId("connection"), newId("connection")];
    // The younger transaction draws its number in the sequence first, as happens between two statements' steps.
    const [drawn] = await db.asOwner((tx) =>
      tx.query<{ seq: number }>("select nextval(pg_get_serial_sequence('events', 'seq')) as seq"),
    );
    await db.withTenant(tenantId, (tx) => pause(tx, older));
    const first = await readNext(db, tenantId, null, 1);
    await db.asOwner(async (tx) => {
      await tx.query("select set_config('app.tenant', $1, true)", [tenantId]);
      await tx.query(
        `insert into events (tenant_id, type, subject_kind, subject_id, seq)
         values ($1, 'connection.paused', 'connection', $2, $3)`,
        [tenantId, younger, drawn?.seq],
      );
    });
    const second = await readNext(db, tenantId, first[0]?.position ?? null, 1);

    assert.deepEqual(subjects(first), [older]);
    assert.deepEqual(subjects(second), [younger]);
  });

  test("who follows gets the late one first, without waiting for another event", async () => {
    const db = await opening;
    const tenantId = await addTenant(db);
    const events = createEvents({ db, onError: assert.ifError });
    const leaving = new AbortController();
    const pages = events.follow(tenantId, { after: "0-0", signal: leaving.signal, beatMs: 60_000 });
    await pages.next();
    const [early, late] = [newId("connection"), newId("connection")];
    const slow = await openTransaction(db, tenantId, early);
    await db.withTenant(tenantId, (tx) => pause(tx, late));
    await slow.commit();

    const seen: (string | null)[] = [];
    while (seen.length < 2) seen.push(...subjects((await pages.next()).value?.events ?? []));

    assert.deepEqual(seen, [early, late]);
    leaving.abort();
    assert.equal((await pages.next()).done, true);
    await events.close();
  });
});

/** A transaction that has recorded its event and stays open until it is told to commit. */
async function openTransaction(db: Db, tenantId: TenantId, subjectId: string) {
  const recorded = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const done = db.withTenant(tenantId, async (tx) => {
    await pause(tx, subjectId);
    recorded.resolve();
    await mayEnd.promise;
  });
  await recorded.promise;
  return {
    commit() {
      mayEnd.resolve();
      return done;
    },
  };
}

function subjects(events: StoredEvent[]): (string | null)[] {
  return events.map(({ subjectId }) => subjectId);
}
