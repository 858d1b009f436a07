import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { newId } from "#core";
import { forEachEngine } from "#db";
import { aCall, createCallsWorld } from "./testing.ts";

forEachEngine((engine, open) => {
  describe(`accepting calls on ${engine}`, async () => {
    const db = await open({ after });

    test("an accepted call is stored with its contact, its event and a sync for each connection", async () => {
      const world = await createCallsWorld(db);

      const answer = await world.calls.accept(
        world.tenantId,
        aCall({ call_id: "call_1", customer_phone: "(407) 978-0655" }),
        "api",
      );

      assert.equal(answer.status, "accepted");
      const [row] = await world.query<{ phone: string; events: number; syncs: number }>(
        `select c.phone, (select count(*)::int from events where type = 'call.completed') as events,
           (select count(*)::int from call_syncs where state = 'queued') as syncs
         from calls k join contacts c on c.id = k.contact_id where k.call_id = 'call_1'`,
      );
      assert.deepEqual(row, { phone: "+14079780655", events: 1, syncs: 1 });
      assert.deepEqual(world.woken, [{ kind: "call_sync", subjectId: world.connectionId, tenantId: world.tenantId }]);
    });

    test("the same call again is a duplicate, with another body it is refused and the first one stands", async () => {
      const world = await createCallsWorld(db);
      const first = await world.calls.accept(world.tenantId, aCall({ call_id: "call_1" }), "api");

      const again = await world.calls.accept(world.tenantId, aCall({ call_id: "call_1" }), "api");
      const other = await world.calls.accept(
        world.tenantId,
        aCall({ call_id: "call_1", call_summary: "Something else" }),
        "api",
      );

      assert.deepEqual(again, { status: "duplicate", id: "id" in first && first.id, callId: "call_1" });
      assert.equal(other.status === "refused" && other.code, "call.conflict");
      assert.deepEqual(await world.query("select call_summary from calls"), [
        { call_summary: "Customer scheduled roof inspection" },
      ]);
    });

    test("200 callers at once share transactions, and each gets its own answer", async () => {
      const world = await createCallsWorld(db);
      const sent = Array.from({ length: 200 }, (_, index) =>
        aCall({ call_id: `call_${index % 100}`, agent_id: index === 7 ? "nobody" : "agent_xyz789" }),
      );

      const answers = await Promise.all(sent.map((call) => world.calls.accept(world.tenantId, call, "api")));

      const count = (status: string) => answers.filter((answer) => answer.status === status).length;
      assert.deepEqual([count("accepted"), count("duplicate"), count("refused")], [100, 99, 1]);
      assert.deepEqual(
        answers.map((answer) => answer.callId),
        sent.map(({ call_id }) => call_id),
      );
      assert.deepEqual(await world.query("select count(*)::int as contacts from contacts"), [{ contacts: 1 }]);
    });

    test("calls of two tenants in one batch stay apart", async () => {
      const [smith, jones] = [await createCallsWorld(db), await createCallsWorld(db)];

      await Promise.all([
        smith.calls.accept(smith.tenantId, aCall({ call_id: "same" }), "api"),
        smith.calls.accept(jones.tenantId, aCall({ call_id: "same" }), "api"),
      ]);

      assert.equal((await smith.query("select 1 from calls")).length, 1);
      assert.equal((await jones.query("select 1 from calls")).length, 1);
    });

    test("a call of an unknown agent is refused and nothing of it is stored", async () => {
      const world = await createCallsWorld(db);

      const answer = await world.calls.accept(world.tenantId, aCall({ agent_id: newId("agent") }), "api");

      assert.equal(answer.status === "refused" && answer.errors?.[0]?.pointer, "/agent_id");
      assert.deepEqual(
        await world.query(
          "select (select count(*) from calls)::int as calls, (select count(*) from contacts)::int as contacts",
        ),
        [{ calls: 0, contacts: 0 }],
      );
    });

    test("a phone that is none stays as it came and matches nobody", async () => {
      const world = await createCallsWorld(db);

      await world.calls.accept(world.tenantId, aCall({ customer_phone: "anonymous" }), "api");

      assert.deepEqual(await world.query("select customer_phone, customer_phone_raw, contact_id from calls"), [
        { customer_phone: null, customer_phone_raw: "anonymous", contact_id: null },
      ]);
    });

    test("text that the database cannot hold is cleaned, not refused", async () => {
      const world = await createCallsWorld(db);

      const answer = await world.calls.accept(
        world.tenantId,
        aCall({ transcript: "a\u0000b \ud83d", note: { "k\u0000": "\ud800" } }),
        "api",
      );

      assert.equal(answer.status, "accepted");
      assert.deepEqual(await world.query("select transcript, extra from calls"), [
        { transcript: "ab \ufffd", extra: { note: { k: "\ufffd" } } },
      ]);
    });

    test("a condition that does not hold leaves the call out and names the rule", async () => {
      const world = await createCallsWorld(db, {
        settings: { sync_conditions: { call_outcome: ["qualified_lead"], min_duration_seconds: 60 } },
      });

      await world.calls.accept(world.tenantId, aCall({ call_outcome: "voicemail" }), "api");

      const [sync] = await world.query<{ state: string; reason: string; detail: string }>(
        "select state, reason, detail from call_syncs",
      );
      assert.equal(sync?.state, "skipped");
      assert.equal(sync?.reason, "rule:call_outcome");
      assert.match(sync?.detail ?? "", /it was voicemail/);
      assert.deepEqual(world.woken, []);
    });

    test("a call inserted with plain SQL raises the same event and is routed like any other", async () => {
      const world = await createCallsWorld(db);

      await world.query(
        "insert into calls (tenant_id, agent_id, call_id, customer_phone) values ($1, $2, 'sql_1', '+14079780655')",
        [world.tenantId, world.agentId],
      );
      const lanes = await world.query<{ kind: string; due: boolean }>("select kind, due_at <= now() as due from lanes");
      await world.workRouting();
      await world.work();

      assert.deepEqual(lanes, [{ kind: "call_routing", due: true }]);
      assert.deepEqual(await world.query("select type, origin from events order by seq"), [
        { type: "call.completed", origin: "sql" },
        { type: "call.synced", origin: "us" },
      ]);
      assert.equal(world.crm.notes.size, 1);
    });

    test("an import judges each call by itself and its syncs come after live ones", async () => {
      const world = await createCallsWorld(db);

      const { id, results } = await world.calls.import(world.tenantId, [
        aCall({ call_id: "old_1" }),
        { call_id: "old_2" },
        aCall({ call_id: "old_1" }),
      ]);

      assert.deepEqual(
        results.map(({ status }) => status),
        ["accepted", "refused", "duplicate"],
      );
      assert.deepEqual(await world.query("select priority from call_syncs"), [{ priority: 4 }]);
      await world.work();
      assert.deepEqual(await world.calls.importProgress(world.tenantId, id), {
        accepted: 1,
        duplicates: 1,
        rejected: 1,
        waiting: 0,
        done: 1,
        skipped: 0,
        dead: 0,
      });
    });
  });
});
