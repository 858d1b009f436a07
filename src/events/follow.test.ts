import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId, type TenantId } from "#core";
import { type Db, forEachEngine } from "#db";
import { createEvents, type Events } from "./events.ts";
import { addTenant, pause, readNext } from "./testing.ts";

forEachEngine((engine, open) => {
  const opening = open({ after });
  let events: Events | undefined;
  after(() => events?.close());
  // A poll that never comes within the test: what wakes a stream here is the hint.
  const start = async () => {
    const db = await opening;
    events ??= createEvents({ db, onError: assert.ifError, pollMs: 600_000 });
    return { db, events };
  };

  test(`${engine}: an event wakes those who follow its tenant, and nobody else`, async () => {
    const { db, events } = await start();
    const [ours, theirs] = [await addTenant(db), await addTenant(db)];
    const leaving = new AbortController();
    const { signal } = leaving;
    const here = events.follow(ours, { after: null, signal, beatMs: 600_000 });
    const there = events.follow(theirs, { after: null, signal, beatMs: 600_000 });
    const { value: ready } = await here.next();
    await there.next();
    assert.deepEqual(ready?.events, []);

    const heardThere = there.next();
    const id = newId("connection");
    const heard = nextEvents(here);
    await watched(db, ours);
    await db.withTenant(ours, (tx) => pause(tx, id));

    assert.deepEqual(await heard, [id]);
    leaving.abort();
    assert.equal((await heardThere).done, true);
  });

  test(`${engine}: who comes back with a position gets what was missed, once`, async () => {
    const { db, events } = await start();
    const tenantId = await addTenant(db);
    const first = new AbortController();
    const before = events.follow(tenantId, { after: "0-0", signal: first.signal, beatMs: 600_000 });
    const [a, b, c] = [newId("connection"), newId("connection"), newId("connection")];
    await db.withTenant(tenantId, (tx) => pause(tx, a));
    await readNext(db, tenantId, null, 1);
    const { value: page } = await before.next();
    first.abort();
    await before.return(undefined);
    await db.withTenant(tenantId, (tx) => pause(tx, b));
    await db.withTenant(tenantId, (tx) => pause(tx, c));
    await readNext(db, tenantId, page?.position ?? null, 2);

    const again = new AbortController();
    const resumed = events.follow(tenantId, {
      after: page?.position ?? null,
      signal: again.signal,
      beatMs: 600_000,
    });
    assert.deepEqual(await nextEvents(resumed), [b, c]);
    again.abort();
    await resumed.return(undefined);
  });

  test(`${engine}: silence is answered with empty pages`, async () => {
    const { db, events } = await start();
    const tenantId = await addTenant(db);
    const leaving = new AbortController();
    const pages = events.follow(tenantId, { after: null, signal: leaving.signal, beatMs: 5 });
    for (let page = 0; page < 3; page++) assert.deepEqual((await pages.next()).value?.events, []);
    leaving.abort();
    assert.equal((await pages.next()).done, true);
  });
});

async function nextEvents(pages: ReturnType<Events["follow"]>): Promise<(string | null)[]> {
  for await (const { events } of { [Symbol.asyncIterator]: () => ({ next: () => pages.next() }) })
    if (events.length > 0) return events.map(({ subjectId }) => subjectId);
  return [];
}

/** Resolves when the watch of this tenant is known to the database. */
async function watched(db: Db, tenantId: TenantId): Promise<void> {
  for (;;) {
    const [row] = await db.withTenant(tenantId, (tx) => tx.query("select 1 from event_watchers"));
    if (row) return;
  }
}
