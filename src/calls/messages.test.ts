import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { newId, PlatformError } from "#core";
import { forEachEngine } from "#db";
import { aCall, aMessage, createCallsWorld } from "./testing.ts";

forEachEngine((engine, open) => {
  describe(`text messages on ${engine}`, async () => {
    const db = await open({ after });

    test("an accepted message is stored with its contact, its event and a sync for each connection", async () => {
      const world = await createCallsWorld(db);

      const answer = await world.messages.accept(
        world.tenantId,
        aMessage({
          message_id: "sms_1",
          customer_phone: "(407) 978-0655",
          customer_email: "Jane@Example.com",
          lang: "en",
        }),
        "api",
      );

      assert.deepEqual(answer, {
        status: "accepted",
        id: "id" in answer && answer.id,
        messageId: "sms_1",
        routedTo: 1,
      });
      const rows = await world.query(
        `select m.customer_phone, m.customer_phone_raw, m.customer_email, m.extra, c.phone, e.type, e.origin, e.payload->>'direction' as direction,
           s.state, s.call_id, s.priority
         from messages m join contacts c on c.id = m.contact_id join events e on e.subject_id = m.id join call_syncs s on s.message_id = m.id`,
      );
      assert.deepEqual(rows, [
        {
          customer_phone: "+14079780655",
          customer_phone_raw: "(407) 978-0655",
          customer_email: "jane@example.com",
          extra: { lang: "en" },
          phone: "+14079780655",
          type: "message.logged",
          origin: "api",
          direction: "inbound",
          state: "queued",
          call_id: null,
          priority: 1,
        },
      ]);
      assert.deepEqual(world.woken, [{ kind: "call_sync", subjectId: world.connectionId, tenantId: world.tenantId }]);
      assert.deepEqual(await world.query("select key from lanes"), []);
    });

    test("the same message again is a duplicate, with other words it is refused and the first one stands", async () => {
      const world = await createCallsWorld(db);
      const first = await world.messages.accept(world.tenantId, aMessage({ message_id: "sms_1" }), "api");

      const [again, other] = await Promise.all([
        world.messages.accept(world.tenantId, aMessage({ message_id: "sms_1" }), "api"),
        world.messages.accept(world.tenantId, aMessage({ message_id: "sms_1", text: "Never mind" }), "api"),
      ]);

      assert.deepEqual(again, { status: "duplicate", id: "id" in first && first.id, messageId: "sms_1" });
      assert.equal(other.status === "refused" && other.code, "message.conflict");
      assert.deepEqual(await world.query("select text from messages"), [{ text: "Can you come on Friday instead?" }]);
    });

    test("100 messages at once, each of them twice, are 100 messages of one contact", async () => {
      const world = await createCallsWorld(db);

      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          world.messages.accept(world.tenantId, aMessage({ message_id: `sms_${index % 100}` }), "api"),
        ),
      );

      const count = (status: string) => answers.filter((answer) => answer.status === status).length;
      assert.deepEqual([count("accepted"), count("duplicate")], [100, 100]);
      assert.deepEqual(await world.query("select count(*)::int as n from contacts"), [{ n: 1 }]);
      await world.work();
      assert.deepEqual([world.crm.contacts.size, world.crm.messages.size], [1, 100]);
      assert.deepEqual(world.crm.requests, ["match", "create_contact", "message"]);
    });

    test("a message of an unknown agent is refused and nothing of it is stored", async () => {
      const world = await createCallsWorld(db);

      const answer = await world.messages.accept(world.tenantId, aMessage({ agent_id: newId("agent") }), "api");

      assert.equal(answer.status === "refused" && answer.errors?.[0]?.pointer, "/agent_id");
      assert.deepEqual(await world.query("select 1 from messages union all select 1 from contacts"), []);
    });

    test("a message goes to the contact that an earlier call made", async () => {
      const world = await createCallsWorld(db);
      await world.calls.accept(world.tenantId, aCall(), "api");
      await world.work();
      const sent = await world.messages.accept(world.tenantId, aMessage(), "api");

      await world.work();

      const [contactId] = world.crm.contacts.keys();
      assert.deepEqual(
        [...world.crm.messages.values()].map((message) => message.contactId),
        [contactId],
      );
      const [sync] = await world.messages.syncs(world.tenantId, "id" in sent ? sent.id : assert.fail());
      assert.deepEqual(
        sync?.steps.map(({ step, outcome }) => [step, outcome]),
        [
          ["contact", "linked"],
          ["message", "created"],
        ],
      );
      assert.equal(sync?.message_id, "id" in sent && sent.id);
      assert.deepEqual(await world.query("select count(*)::int as n from links"), [{ n: 1 }]);
    });

    test("a call and a message of one new person, worked together, make one contact, one note and one message", async () => {
      const world = await createCallsWorld(db, {
        settings: { field_mappings: { call_outcome: "result", customer_name: "nick" } },
      });
      await world.calls.accept(world.tenantId, aCall({ customer_email: "jane@example.com" }), "api");
      await world.messages.accept(world.tenantId, aMessage({ customer_name: "Jane S." }), "api");

      await world.work();

      assert.deepEqual([world.crm.contacts.size, world.crm.notes.size, world.crm.messages.size], [1, 1, 1]);
      const [contact] = world.crm.contacts.values();
      assert.deepEqual(contact?.fields, { result: "appointment_booked", nick: "Jane S." });
      assert.deepEqual(await world.query("select distinct state from call_syncs"), [{ state: "done" }]);
    });

    test("a message that was written without an answer is found and not repeated", async () => {
      const world = await createCallsWorld(db);
      const error = new PlatformError("provider.ambiguous", "The provider did not answer.");
      world.crm.trouble.push({ on: "message", error, afterWriting: true });
      await world.messages.accept(world.tenantId, aMessage(), "api");
      await world.work();
      const waiting = await world.query("select state, reason from call_syncs");

      await world.hurry();
      await world.work();

      assert.deepEqual(waiting, [{ state: "queued", reason: "provider.ambiguous" }]);
      assert.deepEqual(await world.query("select state, attempts from call_syncs"), [{ state: "done", attempts: 2 }]);
      assert.equal(world.crm.messages.size, 1);
    });

    test("a dead message that is tried again goes on after its last finished step", async () => {
      const world = await createCallsWorld(db);
      const sent = await world.messages.accept(world.tenantId, aMessage({ message_id: "sms_1" }), "api");
      world.crm.trouble.push({ on: "message", error: new PlatformError("provider.validation", "Refused.") });
      await world.work();
      const dead = await world.messages.read(world.tenantId, "sms_1");
      world.crm.requests.length = 0;

      const retried = await world.messages.retry(world.tenantId, "id" in sent ? sent.id : assert.fail(), {});
      await world.work();

      assert.deepEqual([dead?.sync_state, retried], ["dead", 1]);
      assert.deepEqual(world.crm.requests, ["message"]);
      assert.equal((await world.messages.read(world.tenantId, "sms_1"))?.sync_state, "done");
    });

    test("conditions on what only calls have say nothing about a message, the others hold", async () => {
      const world = await createCallsWorld(db, {
        settings: {
          sync_conditions: { call_outcome: ["qualified_lead"], min_duration_seconds: 60, direction: ["inbound"] },
        },
      });
      await world.messages.accept(world.tenantId, aMessage({ message_id: "in" }), "api");
      await world.messages.accept(world.tenantId, aMessage({ message_id: "out", direction: "outbound" }), "api");

      assert.deepEqual(
        await world.query(
          "select m.message_id, s.state, s.reason from call_syncs s join messages m on m.id = s.message_id order by 1",
        ),
        [
          { message_id: "in", state: "queued", reason: null },
          { message_id: "out", state: "skipped", reason: "rule:direction" },
        ],
      );
    });

    test("a connection for appointments only gets no message, not even when its role was narrowed on the way", async () => {
      const world = await createCallsWorld(db);
      await world.messages.accept(world.tenantId, aMessage({ message_id: "before" }), "api");
      await world.query("update connections set role = 'appointments_only'");

      const answer = await world.messages.accept(world.tenantId, aMessage({ message_id: "after" }), "api");
      await world.work();

      assert.equal(answer.status === "accepted" && answer.routedTo, 0);
      assert.deepEqual(world.crm.requests, []);
      assert.deepEqual(await world.query("select state, reason from call_syncs"), [
        { state: "skipped", reason: "nothing_to_do" },
      ]);
    });

    test("a CRM that takes no messages still takes calls, and one for messages alone takes no calls", async () => {
      const world = await createCallsWorld(db);
      const { message, ...ofCalls } = world.crm.connector.actions;
      const routedTo = async () => {
        const call = await world.calls.accept(world.tenantId, aCall(), "api");
        const sms = await world.messages.accept(world.tenantId, aMessage(), "api");
        return [call, sms].map((answer) => answer.status === "accepted" && answer.routedTo);
      };

      world.crm.connector.actions = ofCalls;
      assert.deepEqual(await routedTo(), [1, 0]);
      world.crm.connector.actions = message ? { message } : {};
      assert.deepEqual(await routedTo(), [0, 1]);
    });

    test("a message with neither phone nor e-mail ends as skipped, with the reason", async () => {
      const world = await createCallsWorld(db);
      await world.messages.accept(world.tenantId, aMessage({ customer_phone: "anonymous" }), "api");

      await world.work();

      const [sync] = await world.query<{ state: string; reason: string; detail: string }>(
        "select state, reason, detail from call_syncs",
      );
      assert.deepEqual([sync?.state, sync?.reason], ["skipped", "no_identity"]);
      assert.match(sync?.detail ?? "", /^The message has neither/);
    });

    test("messages and calls inserted with plain SQL raise their events and are routed together", async () => {
      const world = await createCallsWorld(db);

      await world.query(
        `insert into messages (tenant_id, agent_id, message_id, direction, text, customer_phone)
         select $1, $2, 'sql_' || n, 'outbound', 'We are on our way.', '+14079780655' from generate_series(1, 3) n`,
        [world.tenantId, world.agentId],
      );
      await world.query(
        "insert into calls (tenant_id, agent_id, call_id, customer_phone) values ($1, $2, 'sql_1', '+14079780655')",
        [world.tenantId, world.agentId],
      );
      const lanes = await world.query("select kind, due_at <= now() as due from lanes");
      const routing = await world.workRouting();
      await world.work();

      assert.deepEqual(lanes, [{ kind: "call_routing", due: true }]);
      assert.deepEqual(routing, { next: "idle" });
      assert.deepEqual(await world.query("select 1 from messages where routed_at is null"), []);
      assert.deepEqual(
        await world.query("select type, origin, count(*)::int as n from events group by 1, 2 order by 1"),
        [
          { type: "call.completed", origin: "sql", n: 1 },
          { type: "call.synced", origin: "us", n: 1 },
          { type: "message.logged", origin: "sql", n: 3 },
          { type: "message.synced", origin: "us", n: 3 },
        ],
      );
      assert.deepEqual([world.crm.contacts.size, world.crm.notes.size, world.crm.messages.size], [1, 1, 3]);
    });

    test("the ledger takes a unit about a call or about a message, never about both or neither", async () => {
      const world = await createCallsWorld(db);
      await world.calls.accept(world.tenantId, aCall(), "api");
      await world.messages.accept(world.tenantId, aMessage(), "api");

      const broken = { code: "23514" };
      await assert.rejects(world.query("update call_syncs set call_id = null, message_id = null"), broken);
      const both = "update call_syncs set call_id = (select id from calls), message_id = (select id from messages)";
      await assert.rejects(world.query(both), broken);
      const [sync] = await world.query<{ id: string }>("select id from call_syncs where message_id is not null");
      const twice = `insert into call_syncs (id, tenant_id, message_id, connection_id)
        select uuid_v7(), tenant_id, message_id, connection_id from call_syncs where id = $1`;
      await assert.rejects(world.query(twice, [sync?.id]), { code: "23505" });
    });

    test("messages are listed newest first by conversation, direction, state, connection and what people type", async () => {
      const world = await createCallsWorld(db);
      const add = (fields: Parameters<typeof aMessage>[0]) =>
        world.messages.accept(world.tenantId, aMessage(fields), "api");
      await add({ message_id: "a" });
      await add({ message_id: "b", direction: "outbound", customer_phone: null, customer_email: "ann@example.com" });
      await add({ message_id: "c", conversation_id: "conv_2" });
      await world.query(
        "update call_syncs set state = 'done' where message_id = (select id from messages where message_id = 'b')",
      );
      const list = async (filter: Parameters<typeof world.messages.list>[1]) =>
        (await world.messages.list(world.tenantId, filter, { limit: 10 })).data.map(({ message_id }) => message_id);

      assert.deepEqual(await list({}), ["c", "b", "a"]);
      assert.deepEqual(await list({ conversationId: "conv_1" }), ["b", "a"]);
      assert.deepEqual(await list({ direction: "outbound" }), ["b"]);
      assert.deepEqual(await list({ syncState: "waiting", connectionId: world.connectionId }), ["c", "a"]);
      assert.deepEqual(await list({ q: "+14079780655" }), ["c", "a"]);
      assert.deepEqual(await list({ q: "Ann@example.com", agentId: world.agentId }), ["b"]);
    });

    test("the list of call syncs has the calls' only, and retrying a connection's dead ones takes both", async () => {
      const world = await createCallsWorld(db);
      await world.calls.accept(world.tenantId, aCall(), "api");
      await world.messages.accept(world.tenantId, aMessage(), "api");
      await world.query("update call_syncs set state = 'dead'");

      const listed = await world.calls.listSyncs(world.tenantId, {}, { limit: 10 });
      const retried = await world.calls.retryDead(world.tenantId, world.connectionId);

      assert.equal(listed.data.length, 1);
      assert.ok(listed.data[0]?.call_id);
      assert.equal(retried, 2);
    });
  });
});
