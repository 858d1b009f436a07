import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newId } from "#core";
import { forEachEngine } from "#db";
import { eventTypes } from "./event-types.ts";
import { readEnd, readFeed, settleRestoredEvents } from "./feed.ts";
import { listEvents } from "./list.ts";
import { recordEvent, recordEvents } from "./record.ts";
import { addTenant, pause, readNext } from "./testing.ts";

forEachEngine((engine, open) => {
  const opening = open({ after });

  test(`${engine}: a page goes on where the one before ended, in the order of what happened`, async () => {
    const db = await opening;
    const tenantId = await addTenant(db);
    const ids = Array.from({ length: 5 }, () => newId("connection"));
    await db.withTenant(tenantId, (tx) =>
      recordEvents(
        tx,
        ids.slice(0, 3).map((subjectId) => ({ type: "connection.paused", subjectId, payload: { provider: "acme" } })),
      ),
    );
    for (const id of ids.slice(3))
      await db.withTenant(tenantId, (tx) => recordEvent(tx, "connection.resumed", id, { provider: "acme" }));

    await readNext(db, tenantId, null, 5);
    const seen: (string | null)[] = [];
    let position: string | null = null;
    for (let events = 1; events > 0; ) {
      const page = await db.withTenant(tenantId, (tx) => readFeed(tx, tenantId, { after: position, limit: 2 }));
      seen.push(...page.events.map(({ subjectId }) => subjectId));
      position = page.position;
      events = page.events.length;
    }

    assert.deepEqual(seen, ids);
  });

  test(`${engine}: another tenant's events are not there, whoever is named`, async () => {
    const db = await opening;
    const [ours, theirs] = [await addTenant(db), await addTenant(db)];
    await db.withTenant(theirs, (tx) => pause(tx, newId("connection")));
    await readNext(db, theirs, null, 1);

    for (const named of [ours, theirs]) {
      const { events } = await db.withTenant(ours, (tx) => readFeed(tx, named, { after: null, limit: 10 }));
      assert.deepEqual(events, []);
    }
  });

  test(`${engine}: a position at the end is followed by what comes next, and by nothing before`, async () => {
    const db = await opening;
    const tenantId = await addTenant(db);
    await db.withTenant(tenantId, (tx) => pause(tx, newId("connection")));
    await readNext(db, tenantId, null, 1);
    const end = await db.withTenant(tenantId, (tx) => readEnd(tx));
    const id = newId("connection");
    await db.withTenant(tenantId, (tx) => pause(tx, id));

    const events = await readNext(db, tenantId, end, 1);

    assert.deepEqual(
      events.map(({ subjectId }) => subjectId),
      [id],
    );
  });

  test(`${engine}: events of a restored dump are read in their order, and its positions go on`, async () => {
    const db = await opening;
    const tenantId = await addTenant(db);
    const [read, unread, later] = [newId("connection"), newId("connection"), newId("connection")];
    await db.withTenant(tenantId, (tx) => pause(tx, read));
    await db.withTenant(tenantId, (tx) => pause(tx, unread));
    // As it looks on a server that is younger than the one the dump came from.
    await db.withTenant(tenantId, (tx) =>
      tx.query("update events set xid = (xid::text::bigint + 1000000000)::text::xid8 where tenant_id = $1", [tenantId]),
    );
    const [first] = await db.withTenant(tenantId, (tx) =>
      tx.query<{ position: string }>(
        "select xid::text || '-' || seq as position from events where subject_id = $1 and tenant_id = $2",
        [read, tenantId],
      ),
    );

    assert.ok((await settleRestoredEvents(db)) >= 2);
    assert.equal(await settleRestoredEvents(db), 0);
    await db.withTenant(tenantId, (tx) => pause(tx, later));

    const events = await readNext(db, tenantId, first?.position ?? null, 2);
    assert.deepEqual(
      events.map(({ subjectId }) => subjectId),
      [unread, later],
    );
  });

  test(`${engine}: a list goes by pages, newest first, and narrows by type and subject`, async () => {
    const db = await opening;
    const tenantId = await addTenant(db);
    const ids = Array.from({ length: 5 }, () => newId("connection"));
    for (const id of ids) await db.withTenant(tenantId, (tx) => pause(tx, id));
    const [one] = ids;
    await db.withTenant(tenantId, (tx) => recordEvent(tx, "connection.resumed", one as string, { provider: "acme" }));

    const first = await listEvents(db, tenantId, { type: "connection.paused" }, { limit: 3 });
    const second = await listEvents(
      db,
      tenantId,
      { type: "connection.paused" },
      { limit: 3, cursor: first.nextCursor as string },
    );
    const back = await listEvents(
      db,
      tenantId,
      { type: "connection.paused" },
      { limit: 3, cursor: second.prevCursor as string },
    );
    const about = await listEvents(db, tenantId, { subjectId: one as string }, { limit: 10 });

    assert.deepEqual(
      [...first.data, ...second.data].map(({ subjectId }) => subjectId),
      ids.toReversed(),
    );
    assert.equal(second.nextCursor, null);
    assert.deepEqual(back.data, first.data);
    assert.deepEqual(
      about.data.map(({ type }) => type),
      ["connection.resumed", "connection.paused"],
    );
  });

  test(`${engine}: what the database raises by itself is as the table of types says`, async () => {
    const db = await opening;
    const tenantId = await addTenant(db);
    const agentId = newId("agent");
    const { events } = await db.withTenant(tenantId, async (tx) => {
      await tx.query("insert into agents (id, tenant_id, name) values ($1, $2, 'Desk')", [agentId, tenantId]);
      await tx.query("insert into calls (tenant_id, agent_id, call_id) values ($1, $2, 'c1')", [tenantId, agentId]);
      await tx.query(
        "insert into messages (tenant_id, agent_id, message_id, direction, text) values ($1, $2, 'm1', 'inbound', 'Hi')",
        [tenantId, agentId],
      );
      return { events: await tx.query<{ type: string; payload: unknown }>("select type, payload from events") };
    });

    assert.deepEqual(
      events.map(({ type }) => type),
      ["call.completed", "message.logged"],
    );
    for (const { type, payload } of events) eventTypes[type as keyof typeof eventTypes].payload.strict().parse(payload);
  });
});
