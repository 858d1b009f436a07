import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Db } from "#db";
import { buildCall, defaults as retellDefaults, signWebhook } from "#simulators/retell";
import { createWorld, enginesHere, eventually, type World } from "../harness/world.ts";

type Problem = { code: string; detail: string; action: string; request_id: string; errors?: { pointer: string }[] };

const counts = async (world: World) => {
  const [calls, events] = await Promise.all([
    world.request("GET", "/v1/calls"),
    world.request("GET", "/v1/inbound-events"),
  ]);
  return {
    calls: (calls.body as { data: unknown[] }).data.length,
    events: (events.body as { data: unknown[] }).data.length,
  };
};
const aCall = (fields: object = {}) => ({
  call: { call_id: "call_1", agent_id: "agent_demo", customer_phone: "+14079780655", call_summary: "First", ...fields },
});

for (const engine of enginesHere()) {
  describe(`bad input on ${engine}`, () => {
    test("forged, stale, unsigned and oversize webhooks get a clear answer and leave nothing behind", async (t) => {
      const world = await createWorld(t, engine, { providers: ["retell"] });
      const { webhook_url } = await world.connection("retell");
      const body = JSON.stringify({ event: "call_analyzed", call: buildCall() });
      const post = async (signature: string | null, text = body) => {
        const answer = await fetch(webhook_url, {
          method: "POST",
          headers: { "content-type": "application/json", ...(signature && { "x-retell-signature": signature }) },
          body: text,
        });
        return { status: answer.status, problem: (await answer.json()) as Problem };
      };
      const now = Date.now();

      const forged = await post(signWebhook(body, "another key", now));
      const stale = await post(signWebhook(body, retellDefaults.apiKey, now - 600_000));
      const unsigned = await post(null);
      const changed = await post(signWebhook(body, retellDefaults.apiKey, now), `${body} `);
      const large = JSON.stringify({ event: "call_analyzed", call: buildCall({ transcript: "x".repeat(12_000_000) }) });
      const oversize = await post(signWebhook(large, retellDefaults.apiKey, now), large);

      assert.deepEqual(
        [forged, stale, unsigned, changed, oversize].map(({ status, problem }) => [status, problem.code]),
        [
          [401, "webhook.signature_invalid"],
          [401, "webhook.timestamp_stale"],
          [401, "webhook.signature_missing"],
          [401, "webhook.signature_invalid"],
          [413, "request.too_large"],
        ],
      );
      for (const { problem } of [forged, stale, unsigned]) assert.ok(problem.action && problem.request_id);
      assert.deepEqual(await counts(world), { calls: 0, events: 0 });
    });

    test("an unknown agent, a broken body and the same id with another body are refused, and the first call stands", async (t) => {
      const world = await createWorld(t, engine, { providers: ["hubspot"] });

      const unknownAgent = await world.request("POST", "/v1/calls", aCall({ agent_id: "nobody" }));
      const broken = await world.request("POST", "/v1/calls", "{");
      const wrongField = await world.request("POST", "/v1/calls", aCall({ duration_seconds: "long" }));
      const first = await world.request("POST", "/v1/calls", aCall());
      const again = await world.request("POST", "/v1/calls", aCall());
      const other = await world.request("POST", "/v1/calls", aCall({ call_summary: "Second" }));

      assert.deepEqual(
        [unknownAgent, broken, wrongField, other].map(({ status, body }) => [
          status,
          (body as Problem).code,
          (body as Problem).errors?.[0]?.pointer,
        ]),
        [
          [422, "request.invalid", "/call/agent_id"],
          [400, "request.malformed", undefined],
          [422, "request.invalid", "/call/duration_seconds"],
          [409, "call.conflict", undefined],
        ],
      );
      assert.deepEqual([first.status, again.status], [202, 200]);
      await eventually(
        () => world.hubspot.control.portal().count("notes"),
        (notes) => notes === 1,
      );
      assert.equal((await counts(world)).calls, 1);
    });

    test("a phone that is none is kept as it came, and the trace says why nothing was written", async (t) => {
      const world = await createWorld(t, engine, { providers: ["hubspot"] });

      const answer = await world.request("POST", "/v1/calls", aCall({ customer_phone: "anonymous" }));
      const stop = await eventually(
        async () => {
          const { body } = await world.request("GET", "/v1/trace?q=call_1");
          const stations = (
            body as { calls: { paths: { stations: { station: string; state: string; code?: string }[] }[] }[] }
          ).calls[0]?.paths[0]?.stations;
          return stations?.find(({ state }) => state === "skipped") ?? null;
        },
        (found) => found !== null,
      );

      assert.equal(answer.status, 202);
      assert.deepEqual([stop?.station, stop?.code], ["matched", "no_identity"]);
      assert.equal(world.hubspot.control.portal().count("contacts"), 0);
    });

    test("a revoked token parks the calls, says who must act, and they go on by themselves after the reconnect", async (t) => {
      const world = await createWorld(t, engine, { providers: ["hubspot"] });
      const { id } = await world.connection("hubspot");
      const fresh = world.hubspot.control.addStaticToken();
      world.hubspot.control.revoke({ token: "pat-na1-00000000-0000-4000-8000-000000000001" });

      await world.request("POST", "/v1/calls", aCall());
      const broken = await eventually(
        () => world.connection("hubspot"),
        ({ status }) => status === "needs_reauth",
      );
      const notesBefore = world.hubspot.control.portal().count("notes");
      const reconnected = await world.request("POST", `/v1/connections/${id}/reconnect`, {
        credentials: { access_token: fresh },
      });

      assert.equal(broken.id, id);
      assert.equal(notesBefore, 0);
      assert.equal(reconnected.status, 200);
      await eventually(
        () => world.hubspot.control.portal().count("notes"),
        (notes) => notes === 1,
      );
    });

    test("a database that cannot store answers 503 and says that nothing was stored; the call sent again is one call", async (t) => {
      const disk = { isFull: false };
      const world = await createWorld(t, engine, {
        providers: ["hubspot"],
        app: { tapDb: (db) => withDisk(db, disk) },
      });

      disk.isFull = true;
      const refused = await world.request("POST", "/v1/calls", aCall());
      disk.isFull = false;
      const accepted = await world.request("POST", "/v1/calls", aCall());

      assert.deepEqual([refused.status, (refused.body as Problem).code], [503, "db.unavailable"]);
      assert.equal(accepted.status, 202);
      await eventually(
        () => world.hubspot.control.portal().count("notes"),
        (notes) => notes === 1,
      );
      assert.equal((await counts(world)).calls, 1);
    });
  });
}

/** A database whose inserts fail as on a full disk (SQLSTATE 53100) while the switch is on. */
function withDisk(db: Db, disk: { isFull: boolean }): Db {
  return {
    ...db,
    transaction: (fn) =>
      db.transaction(async (tx) => {
        const answer = await fn(tx);
        if (disk.isFull)
          await tx.query("do $$ begin raise exception 'no space left on device' using errcode = '53100'; end $$");
        return answer;
      }),
  };
}
