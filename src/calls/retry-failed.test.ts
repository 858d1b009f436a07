import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { CallId } from "#core";
import { type Db, forEachEngine } from "#db";
import type { Lane } from "#jobs";
import { createRetryFailed } from "./retry-failed.ts";
import { aCall, type CallsWorld, createCallsWorld } from "./testing.ts";

forEachEngine((engine, open) => {
  describe(`trying failed syncs again on ${engine}`, async () => {
    const db = await open({ after });

    test("what died of the provider's outage goes on, in the lane of its connection", async () => {
      const { world, retry, woken } = await aDeadSync(db);

      await retry();

      assert.deepEqual(woken(), [{ kind: "call_sync", subjectId: world.connectionId, tenantId: world.tenantId }]);
      await world.work();
      assert.equal(world.crm.notes.size, 1);
    });

    test("three times, and then it waits for a person, whose retry starts anew", async () => {
      const { world, callId, die, retry, state } = await aDeadSync(db);
      const states: string[] = [];
      for (let time = 0; time < 4; time++) {
        await retry();
        states.push(await state());
        await die();
      }
      assert.deepEqual(states, ["queued", "queued", "queued", "dead"]);

      await world.calls.retry(world.tenantId, callId, {});
      await die();
      await retry();
      assert.equal(await state(), "queued");
    });

    test("what the provider refuses stays, and so does all of a connection that cannot be written to", async () => {
      const refused = await aDeadSync(db, { cause: "validation" });
      const paused = await aDeadSync(db);
      await paused.world.query("update connections set status = 'paused'");

      await refused.retry();

      assert.deepEqual([await refused.state(), await paused.state()], ["dead", "dead"]);
    });

    test("more than one slice of them, in one go", async () => {
      const { world, retry } = await aDeadSync(db);
      await Promise.all(
        Array.from({ length: 700 }, (_, index) =>
          world.calls.accept(world.tenantId, aCall({ call_id: `many_${index}` }), "api"),
        ),
      );
      await die(world);

      await retry();

      const [row] = await world.query<{ queued: number }>(
        "select count(*)::int as queued from call_syncs where state = 'queued'",
      );
      assert.equal(row?.queued, 701);
    });
  });
});

async function aDeadSync(db: Db, { cause = "provider_outage" }: { cause?: string } = {}) {
  const world = await createCallsWorld(db);
  const accepted = await world.calls.accept(world.tenantId, aCall(), "api");
  const lanes: Lane[] = [];
  const retry = createRetryFailed({ db, lanes: { wake: async (_tx, wakened) => void lanes.push(...wakened) } });
  await die(world, cause);
  return {
    world,
    callId: ("id" in accepted ? accepted.id : assert.fail()) as CallId,
    die: () => die(world, cause),
    retry,
    woken: () => lanes.filter(({ tenantId }) => tenantId === world.tenantId),
    state: async () => (await world.query<{ state: string }>("select state from call_syncs"))[0]?.state ?? "none",
  };
}

async function die({ query }: CallsWorld, cause = "provider_outage"): Promise<void> {
  await query(
    "update call_syncs set state = 'dead', reason = 'provider.outage', cause_class = $1, finished_at = clock_timestamp()",
    [cause],
  );
}
