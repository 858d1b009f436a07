import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { PlatformError } from "#core";
import { forEachEngine } from "#db";
import { aCall, createCallsWorld } from "./testing.ts";

const unanswered = () => new PlatformError("provider.ambiguous", "The provider did not answer.");

forEachEngine((engine, open) => {
  describe(`syncing calls on ${engine}`, async () => {
    const db = await open({ after });

    test("a call makes a contact and a note, and each step is kept with its id", async () => {
      const world = await createCallsWorld(db);
      const call = await world.calls.accept(world.tenantId, aCall(), "api");

      const result = await world.work();

      assert.deepEqual(result, { next: "idle" });
      const [sync] = await world.calls.syncs(world.tenantId, "id" in call ? call.id : assert.fail());
      assert.equal(sync?.state, "done");
      assert.deepEqual(
        sync?.steps.map(({ step, outcome, external_id }) => [step, outcome, external_id]),
        [
          ["contact", "created", "101"],
          ["note", "created", "102"],
        ],
      );
      assert.deepEqual(world.crm.requests, ["match", "create_contact", "note"]);
    });

    test("the end of a call's way is an event, and an attempt that is tried again is none", async () => {
      const world = await createCallsWorld(db);
      const ends = () =>
        world.query<{ end: string }>(
          "select payload ->> 'call_id' || ' ' || (payload ->> 'state') as end from events where type = 'call.synced' order by 1",
        );
      world.crm.trouble.push({ on: "note", error: new PlatformError("provider.outage", "503") });
      await world.calls.accept(world.tenantId, aCall({ call_id: "later" }), "api");
      await world.work();
      const whileItWaits = await ends();
      await world.calls.accept(
        world.tenantId,
        aCall({ call_id: "nobody", customer_phone: null, customer_email: null }),
        "api",
      );
      await world.query("update call_syncs set due_at = now() where state = 'queued'");
      await world.work();

      assert.deepEqual(whileItWaits, []);
      assert.deepEqual(await ends(), [{ end: "later done" }, { end: "nobody skipped" }]);
    });

    test("80 calls that wait go in one request per step", async () => {
      const world = await createCallsWorld(db);
      for (let index = 0; index < 80; index++) {
        await world.calls.accept(
          world.tenantId,
          aCall({ call_id: `call_${index}`, customer_phone: `+1407978${1000 + index}` }),
          "api",
        );
      }

      await world.work();

      assert.deepEqual([world.crm.contacts.size, world.crm.notes.size], [80, 80]);
      assert.deepEqual(world.crm.requests, ["match", "create_contact", "note"]);
    });

    test("many calls from one unknown number make one contact, also over several slices and with a blind search", async () => {
      const world = await createCallsWorld(db);
      world.crm.connector.actions.matchContacts = { batchSize: 100, find: async () => new Map() };
      await Promise.all(
        Array.from({ length: 250 }, (_, index) =>
          world.calls.accept(world.tenantId, aCall({ call_id: `call_${index}` }), "api"),
        ),
      );

      await world.work();

      assert.deepEqual([world.crm.contacts.size, world.crm.notes.size], [1, 250]);
    });

    test("a write that happened without an answer is found and not repeated", async () => {
      const world = await createCallsWorld(db);
      world.crm.trouble.push(
        { on: "note", error: unanswered(), afterWriting: true },
        { on: "create_contact", error: unanswered(), afterWriting: true },
      );
      await world.calls.accept(world.tenantId, aCall(), "api");

      await world.work();
      const waiting = await world.query("select state, reason from call_syncs");
      for (let attempt = 0; attempt < 3; attempt++) {
        await world.hurry();
        await world.work();
      }

      assert.deepEqual(waiting, [{ state: "queued", reason: "provider.ambiguous" }]);
      assert.deepEqual(await world.query("select state from call_syncs"), [{ state: "done" }]);
      assert.deepEqual([world.crm.contacts.size, world.crm.notes.size], [1, 1]);
    });

    test("a crash after the provider's answer and before our record repeats nothing", async () => {
      const world = await createCallsWorld(db);
      await world.calls.accept(world.tenantId, aCall(), "api");
      const real = world.crm.connector.actions.note ?? assert.fail();
      world.crm.connector.actions.note = {
        ...real,
        async perform(api, units) {
          await real.perform(api, units);
          throw Object.assign(new Error("killed"), { fatal: true });
        },
      };
      // What is left in the database is what a kill would leave: the intent, and a unit that is running.
      await world.work();
      await world.query("update call_syncs set state = 'running'");
      world.crm.connector.actions.note = real;

      await world.hurry();
      await world.query("update call_syncs set due_at = now()");
      await world.work();

      assert.equal(world.crm.notes.size, 1);
      assert.deepEqual(await world.query("select state from call_syncs"), [{ state: "done" }]);
    });

    test("one refused content does not hold back the others of its batch", async () => {
      const world = await createCallsWorld(db);
      for (let index = 0; index < 9; index++) {
        const name = index === 4 ? "Refused" : "Jane";
        await world.calls.accept(
          world.tenantId,
          aCall({ call_id: `call_${index}`, customer_name: name, customer_phone: `+1407978${1000 + index}` }),
          "api",
        );
      }

      await world.work();

      assert.deepEqual(
        await world.query(
          "select state, count(*)::int as n, max(cause_class) as cause from call_syncs group by state order by state",
        ),
        [
          { state: "dead", n: 1, cause: "validation" },
          { state: "done", n: 8, cause: null },
        ],
      );
      assert.equal(world.crm.notes.size, 8);
    });

    test("a dead sync that is tried again goes on after its last finished step", async () => {
      const world = await createCallsWorld(db);
      const call = await world.calls.accept(world.tenantId, aCall(), "api");
      world.crm.trouble.push({ on: "note", error: new PlatformError("provider.validation", "The note is refused.") });
      await world.work();
      world.crm.requests.length = 0;

      const retried = await world.calls.retry(world.tenantId, "id" in call ? call.id : assert.fail(), {});
      await world.work();

      assert.equal(retried, 1);
      assert.deepEqual(world.crm.requests, ["note"]);
      assert.deepEqual(await world.query("select state from call_syncs"), [{ state: "done" }]);
    });

    test("a provider that is down keeps the work waiting, whatever number of attempts", async () => {
      const world = await createCallsWorld(db);
      await world.calls.accept(world.tenantId, aCall(), "api");
      await world.query("update call_syncs set attempts = 50");
      world.crm.trouble.push({
        on: "match",
        error: new PlatformError("provider.outage", "503.", { retryAfterMs: 60_000 }),
      });

      const result = await world.work();

      assert.equal(result.next, "at");
      assert.deepEqual(await world.query("select state, cause_class from call_syncs"), [
        { state: "queued", cause_class: "provider_outage" },
      ]);
    });

    test("a unit that took its worker down twenty times is set aside, the next one is worked", async () => {
      const world = await createCallsWorld(db);
      await world.calls.accept(world.tenantId, aCall({ call_id: "poison" }), "api");
      await world.query("update call_syncs set attempts = 20, state = 'running'");
      await world.calls.accept(world.tenantId, aCall({ call_id: "fine" }), "api");

      await world.work();

      assert.deepEqual(
        await world.query("select c.call_id, s.state from call_syncs s join calls c on c.id = s.call_id order by 1"),
        [
          { call_id: "fine", state: "done" },
          { call_id: "poison", state: "dead" },
        ],
      );
    });

    test("a contact that was deleted at the provider is looked for anew, once", async () => {
      const world = await createCallsWorld(db);
      await world.calls.accept(world.tenantId, aCall(), "api");
      await world.work();
      world.crm.contacts.clear();
      await world.calls.accept(world.tenantId, aCall(), "api");

      await world.work();
      await world.hurry();
      await world.work();

      assert.equal(world.crm.contacts.size, 1);
      assert.equal(world.crm.notes.size, 2);
      assert.deepEqual(await world.query("select state from call_syncs"), [{ state: "done" }, { state: "done" }]);
    });

    test("a call with neither phone nor e-mail ends as skipped, with the reason", async () => {
      const world = await createCallsWorld(db);
      await world.calls.accept(world.tenantId, aCall({ customer_phone: "anonymous" }), "api");

      await world.work();

      assert.deepEqual(await world.query("select state, reason from call_syncs"), [
        { state: "skipped", reason: "no_identity" },
      ]);
      assert.deepEqual(world.crm.requests, []);
    });

    test("a connection for appointments only gets no note", async () => {
      const world = await createCallsWorld(db, { role: "appointments_only" });
      await world.calls.accept(world.tenantId, aCall(), "api");

      await world.work();

      assert.deepEqual([world.crm.contacts.size, world.crm.notes.size], [1, 0]);
    });

    test("a step that the settings do not ask for leaves no trace, neither in the steps nor in the write ledger", async () => {
      const world = await createCallsWorld(db);
      const { note } = world.crm.connector.actions;
      world.crm.connector.actions.deal = { ...(note ?? assert.fail()), isOn: () => false };
      const call = await world.calls.accept(world.tenantId, aCall(), "api");

      await world.work();

      const [sync] = await world.calls.syncs(world.tenantId, "id" in call ? call.id : assert.fail());
      assert.deepEqual(
        sync?.steps.map(({ step }) => step),
        ["contact", "note"],
      );
      assert.deepEqual(await world.query("select action from provider_writes order by action"), [
        { action: "create_contact" },
        { action: "note" },
      ]);
    });

    test("a connection that needs reauthorization keeps its work as it is", async () => {
      const world = await createCallsWorld(db, { status: "needs_reauth" });
      await world.calls.accept(world.tenantId, aCall(), "api");

      const result = await world.work();

      assert.deepEqual(result, { next: "idle" });
      assert.deepEqual(await world.query("select state, attempts from call_syncs"), [{ state: "queued", attempts: 0 }]);
    });
  });
});
