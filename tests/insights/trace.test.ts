import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { PlatformError } from "#core";
import { forEachEngine } from "#db";
import { createTracer, type Trace } from "#insights";
import { aCall, aMessage, type CallsWorld, createCallsWorld } from "../../src/calls/testing.ts";

forEachEngine((engine, open) => {
  describe(`trace on ${engine}`, async () => {
    const db = await open({ after });

    const tracing = async (connection: Parameters<typeof createCallsWorld>[1] = {}) => {
      const world = await createCallsWorld(db, connection);
      const tracer = createTracer({
        db,
        connectors: new Map([["toy", world.crm.connector]]),
        publicUrl: "https://tieline.test",
      });
      return { world, trace: (query: string) => tracer.trace(world.tenantId, query) };
    };
    const accept = (world: CallsWorld, fields = {}) =>
      world.calls.accept(
        world.tenantId,
        aCall({ call_id: "call_123", customer_email: "jane@example.com", ...fields }),
        "api",
      );
    const stationsOf = (trace: Trace) =>
      trace.calls[0]?.paths[0]?.stations.map(({ station, state }) => `${station} ${state}`);
    const stopOf = (trace: Trace) => trace.calls[0]?.paths[0]?.stations.find(({ state }) => state !== "done");

    test("a call that arrived is found by any of its ids, and every station is done", async () => {
      const { world, trace } = await tracing();
      await accept(world);
      await world.work();
      const [sync] = await world.query<{ id: string; call_id: string }>("select id, call_id from call_syncs");

      for (const [query, kind] of [
        ["call_123", "call"],
        [sync?.call_id ?? "", "call"],
        ["(407) 978-0655", "phone"],
        ["Jane@Example.com", "email"],
        ["101", "external_id"],
        [world.connectionId, "connection"],
      ] as const) {
        const answer = await trace(query);
        assert.equal(answer.kind, kind, query);
        assert.equal(answer.calls[0]?.call_id, "call_123", query);
      }
      assert.deepEqual(
        stationsOf(await trace("call_123")),
        ["received", "eligible", "matched", "mapped", "sent", "answered", "confirmed"].map(
          (station) => `${station} done`,
        ),
      );
    });

    test("a rule that left the call out is the stop, with its fix", async () => {
      const { world, trace } = await tracing({ settings: { sync_conditions: { call_outcome: ["qualified_lead"] } } });
      await accept(world, { call_outcome: "voicemail" });

      const answer = await trace("call_123");

      assert.deepEqual(stationsOf(answer)?.slice(0, 3), ["received done", "eligible skipped", "matched not_reached"]);
      assert.match(stopOf(answer)?.action ?? "", /Sync this one anyway/);
    });

    for (const [code, station] of [
      ["provider.validation", "mapped"],
      ["provider.permission", "answered"],
      ["provider.not_found", "answered"],
    ] as const) {
      test(`a note refused with ${code} stops at ${station}`, async () => {
        const { world, trace } = await tracing();
        await accept(world);
        for (let attempt = 0; attempt < 2; attempt++) {
          world.crm.trouble.push({ on: "note", error: new PlatformError(code, "Refused by the toy.") });
          await world.work();
          await world.hurry();
        }

        const stop = stopOf(await trace("call_123"));

        assert.deepEqual([stop?.station, stop?.state, stop?.code], [station, "stopped", code]);
        assert.ok(stop?.action);
      });
    }

    test("a provider that is down makes the call wait at sent, and says when it goes on", async () => {
      const { world, trace } = await tracing();
      await accept(world);
      world.crm.trouble.push({ on: "note", error: new PlatformError("provider.outage", "It answers 503.") });
      await world.work();

      const stop = stopOf(await trace("call_123"));

      assert.deepEqual([stop?.station, stop?.state], ["sent", "waiting"]);
      assert.match(stop?.detail ?? "", /Next try \d{4}-/);
    });

    test("a connection that needs reauthorization makes the call wait and says who must act", async () => {
      const { world, trace } = await tracing({ status: "needs_reauth" });
      await accept(world);

      const stop = stopOf(await trace("call_123"));

      assert.deepEqual([stop?.state, stop?.code], ["waiting", "connection.needs_reauth"]);
      assert.match(stop?.action ?? "", /Reconnect/);
    });

    test("a call without any connection stops at eligible", async () => {
      const { world, trace } = await tracing();
      await world.query("update connections set status = 'disconnected'");
      await accept(world);

      assert.deepEqual(stationsOf(await trace("call_123"))?.slice(0, 2), ["received done", "eligible stopped"]);
    });

    test("a call that never came is answered with the last one and the request that sends it", async () => {
      const { world, trace } = await tracing();
      await accept(world);

      const answer = await trace("call_999");

      assert.equal(answer.kind, "nothing");
      assert.match(answer.never_received?.detail ?? "", /never received call_999/);
      assert.match(
        answer.never_received?.curl ?? "",
        /curl -X POST https:\/\/tieline\.test\/v1\/calls .*"call_id":"call_999","agent_id":"agent_xyz789"/,
      );
    });

    test("a text message is found by its ids, its person's phone and e-mail, and where it was written", async () => {
      const { world, trace } = await tracing();
      await accept(world, { customer_email: null });
      const sms = { message_id: "sms_1", customer_email: "jane@example.com" };
      await world.messages.accept(world.tenantId, aMessage(sms), "api");
      await world.work();
      const [sync] = await world.query<{ id: string; message_id: string }>(
        "select id, message_id from call_syncs where message_id is not null",
      );

      for (const [query, kind, calls] of [
        ["sms_1", "message", 0],
        [sync?.message_id ?? "", "message", 0],
        [sync?.id ?? "", "call_sync", 0],
        ["Jane@Example.com", "email", 0],
        ["(407) 978-0655", "phone", 1],
        ["101", "external_id", 1],
        ["103", "external_id", 0],
        [world.connectionId, "connection", 1],
      ] as const) {
        const answer = await trace(query);
        assert.deepEqual([answer.kind, answer.calls.length], [kind, calls], query);
        assert.deepEqual(
          answer.messages.map(({ message_id }) => message_id),
          ["sms_1"],
          query,
        );
      }
      const [message] = (await trace("sms_1")).messages;
      assert.deepEqual([message?.direction, message?.conversation_id], ["inbound", "conv_1"]);
      const [path] = message?.paths ?? [];
      assert.ok(path?.stations.every(({ state }) => state === "done"));
      assert.deepEqual(
        path?.links.map(({ kind, external_id }) => [kind, external_id]),
        [
          ["contact", "101"],
          ["message", "103"],
        ],
      );
    });

    test("a message that no connection takes, and one that waits, say so in their own words", async () => {
      const { world, trace } = await tracing({ status: "paused" });
      await world.messages.accept(world.tenantId, aMessage({ message_id: "waits" }), "api");
      await world.query("update connections set role = 'workflows_only'");
      await world.messages.accept(world.tenantId, aMessage({ message_id: "nowhere" }), "api");
      const stopOfMessage = async (id: string) =>
        (await trace(id)).messages[0]?.paths[0]?.stations.find(({ state }) => state !== "done")?.detail;

      assert.equal(await stopOfMessage("nowhere"), "No connection takes the messages of this agent.");
      assert.equal(await stopOfMessage("waits"), "The connection is paused; the message waits.");
    });

    test("another tenant's call is never found", async () => {
      const [smith, jones] = [await tracing(), await tracing()];
      await accept(smith.world);
      await smith.world.messages.accept(smith.world.tenantId, aMessage({ message_id: "sms_1" }), "api");

      for (const query of ["call_123", "sms_1", "+14079780655", "jane@example.com"])
        assert.equal((await jones.trace(query)).kind, "nothing");
    });
  });
});
