import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { aCall } from "#connector-kit";
import { createTestClock, PlatformError } from "#core";
import { forEachEngine } from "#db";
import type { CompletedCall } from "#model";
import { aWebhook, createInboundWorld, type InboundWorld } from "./testing.ts";

const now = Date.parse("2026-03-02T15:00:00Z");
const completed = (id: string) => ({
  id,
  change: { kind: "call_completed" as const, call: { ...(aCall() as unknown as CompletedCall), call_id: id } },
});
const pending = (id: string) => ({
  id: `${id}:ended`,
  change: { kind: "call_pending" as const, externalCallId: id, waitMs: 900_000 },
});
const eventsOf = (world: InboundWorld) =>
  world.query<{ state: string; effect: string | null; reason: string | null }>(
    "select state, effect, reason from inbound_events order by id",
  );

forEachEngine((engine, open) => {
  describe(`webhooks in on ${engine}`, async () => {
    const db = await open({ after });
    const clock = createTestClock(now);

    test("a signed webhook is stored before it is acknowledged, without its secrets", async () => {
      const world = await createInboundWorld(db, { clock });

      const answer = await world.inbound.receive(aWebhook(world, [completed("call_1")], { at: now }));

      assert.deepEqual(answer, { stored: 1, duplicates: 0 });
      assert.deepEqual(world.woken, [{ kind: "inbound", subjectId: world.connectionId, tenantId: world.tenantId }]);
      assert.deepEqual(await world.query("select headers from inbound_events"), [
        { headers: { "content-type": "application/json" } },
      ]);
    });

    test("the same event twice, in one body or later, is one event", async () => {
      const world = await createInboundWorld(db, { clock });

      const first = await world.inbound.receive(
        aWebhook(world, [completed("call_1"), completed("call_1")], { at: now }),
      );
      const second = await world.inbound.receive(
        aWebhook(world, [completed("call_1"), completed("call_2")], { at: now }),
      );
      await world.work();

      assert.deepEqual(
        [first, second],
        [
          { stored: 1, duplicates: 1 },
          { stored: 1, duplicates: 1 },
        ],
      );
      assert.deepEqual(world.taken.map(({ call_id }) => call_id).sort(), ["call_1", "call_2"]);
    });

    for (const [what, options, code] of [
      ["signed with another secret", { signedWith: "other", at: now }, "webhook.signature_invalid"],
      ["of ten minutes ago", { at: now - 600_000 }, "webhook.timestamp_stale"],
      ["from the future", { at: now + 600_000 }, "webhook.timestamp_stale"],
      ["to an address nobody listens at", { key: "made-up", at: now }, "webhook.unknown_key"],
    ] as const) {
      test(`a webhook ${what} is refused and leaves nothing behind`, async () => {
        const world = await createInboundWorld(db, { clock });

        await assert.rejects(world.inbound.receive(aWebhook(world, [completed("call_1")], options)), { code });

        assert.deepEqual(await eventsOf(world), []);
      });
    }

    test("a webhook whose body was changed, that has no signature, or that is too large is refused", async () => {
      const world = await createInboundWorld(db, { clock });
      const good = aWebhook(world, [completed("call_1")], { at: now });
      const changed = { ...good, body: Buffer.concat([good.body, Buffer.from(" ")]) };
      const unsigned = { ...good, headers: { ...good.headers, "x-toy-signature": undefined } };
      const large = { ...good, body: Buffer.alloc(100_001, " ") };

      await assert.rejects(world.inbound.receive(changed), { code: "webhook.signature_invalid" });
      await assert.rejects(world.inbound.receive(unsigned), { code: "webhook.signature_missing" });
      await assert.rejects(world.inbound.receive(large), { code: "request.too_large" });
      assert.deepEqual(await eventsOf(world), []);
    });

    test("a connection without a secret refuses everything", async () => {
      const world = await createInboundWorld(db, { clock, secrets: [] });

      await assert.rejects(world.inbound.receive(aWebhook(world, [completed("call_1")], { signedWith: "", at: now })), {
        code: "webhook.signature_missing",
      });
    });

    test("during a rotation either secret fits", async () => {
      const world = await createInboundWorld(db, { clock, secrets: ["new", "old"] });

      await world.inbound.receive(aWebhook(world, [completed("call_1")], { signedWith: "old", at: now }));
      await world.inbound.receive(aWebhook(world, [completed("call_2")], { signedWith: "new", at: now }));

      assert.equal((await eventsOf(world)).length, 2);
    });

    test("a call that ended waits for its analysis, and is read when that does not come", async () => {
      const world = await createInboundWorld(db, { clock });
      await world.inbound.receive(aWebhook(world, [pending("call_1")], { at: now }));

      const first = await world.work();
      const taken = world.taken.length;
      world.readable.set("call_1", completed("call_1").change.call);
      await world.query("update inbound_events set due_at = now()");
      await world.work();

      assert.equal(first.next, "at");
      assert.equal(taken, 0);
      assert.deepEqual(
        world.taken.map(({ call_id }) => call_id),
        ["call_1"],
      );
      assert.deepEqual(
        (await eventsOf(world)).map(({ state }) => state),
        ["done"],
      );
    });

    test("an analysis that came first makes the end of the call nothing to do", async () => {
      const world = await createInboundWorld(db, { clock });
      await world.inbound.receive(aWebhook(world, [completed("call_1")], { at: now }));
      await world.work();

      await world.inbound.receive(aWebhook(world, [pending("call_1")], { at: now }));
      await world.work();

      assert.deepEqual(
        (await eventsOf(world)).map(({ state, effect }) => [state, effect]),
        [
          ["done", "Call call_1 taken."],
          ["done", "The call is here already, with its analysis."],
        ],
      );
    });

    test("an event that cannot be handled now comes back, one that never can is set aside and can be replayed", async () => {
      const world = await createInboundWorld(db, { clock });
      await world.inbound.receive(aWebhook(world, [completed("call_1")], { at: now }));
      world.trouble.push(
        new PlatformError("db.unavailable", "Gone."),
        new PlatformError("request.invalid", "There is no agent."),
      );
      await world.work();
      const waiting = await eventsOf(world);
      await world.query("update inbound_events set due_at = now()");
      await world.work();
      const dead = await eventsOf(world);

      const listed = await world.inbound.list(world.tenantId, { state: "dead" }, { limit: 10 });
      const replayed = await Promise.all(listed.data.map(({ id }) => world.inbound.replay(world.tenantId, id)));
      await world.work();

      assert.deepEqual([waiting[0]?.state, waiting[0]?.reason], ["queued", "db.unavailable"]);
      assert.deepEqual([dead[0]?.state, dead[0]?.reason], ["dead", "request.invalid"]);
      assert.deepEqual(replayed, [true]);
      assert.equal(world.taken.length, 1);
    });
  });
});
