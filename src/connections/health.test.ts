import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { type Cleanup, forEachEngine } from "#db";
import { aConnectWorld, account, anAccount } from "./connect-world.ts";
import type { Reply } from "./testing.ts";

const minute = 60_000;
const away: Reply = { status: 503, json: {} };

forEachEngine((engine, open) => {
  describe(`looking after connections on ${engine}`, async () => {
    const db = await open({ after });

    /** A connection that has been silent, at an account that answers `/me` as told. */
    async function silent(t: Cleanup, answer: { me: Reply | null }, values = { account }) {
      const w = await aConnectWorld(
        t,
        db,
        (request) => (request.path === "/me" && answer.me) || anAccount()(request),
        values,
      );
      const { connection } = await w.finish(await w.begin());
      const asked = () => w.acme.requests.filter(({ path }) => path === "/me").length;
      const status = async () => (await w.connections.read(w.tenantId, connection.id))?.status;
      // Connections of other tests are due as well, with providers that are gone; only this one's account is looked at.
      await db.withTenant(w.tenantId, (tx) =>
        tx.query("update connections set created_at = $1, last_success_at = $1", [new Date(w.clock.now())]),
      );
      t.after(async () => void (await w.connections.disconnect(w.tenantId, connection.id)));
      return { ...w, connection, asked, status, check: () => w.connections.checkHealth() };
    }

    test("a silent connection is asked once, and one at work is not", async (t) => {
      const w = await silent(t, { me: null });
      const before = w.asked();
      await w.check();
      assert.equal(w.asked() - before, 0, "It had a success just now.");

      w.clock.advance(16 * minute);
      await w.check();
      await w.check();

      assert.equal(w.asked() - before, 1);
      assert.equal(await w.status(), "connected");
    });

    test("a provider that is away makes it degraded, once, and its return makes it connected", async (t) => {
      const answer = { me: away as Reply | null };
      const w = await silent(t, answer);
      w.clock.advance(16 * minute);
      await w.check();
      assert.equal(await w.status(), "degraded");
      const before = w.asked();
      await w.check();
      assert.equal(w.asked(), before, "It was asked a moment ago.");
      w.clock.advance(6 * minute);
      await w.check();
      assert.ok(w.asked() > before);

      answer.me = null;
      w.clock.advance(6 * minute);
      await w.check();

      assert.equal(await w.status(), "connected");
      assert.deepEqual(await w.events(), ["connection.connected", "connection.degraded", "connection.recovered"]);
    });

    test("a sign-in that the provider takes no more parks it", async (t) => {
      const w = await silent(t, { me: { status: 401, json: {} } });
      w.clock.advance(16 * minute);
      await w.check();

      assert.equal(await w.status(), "needs_reauth");
      assert.deepEqual(await w.events(), ["connection.connected", "connection.needs_reauth"]);
    });

    test("a limit that is reached is no illness", async (t) => {
      const w = await silent(t, { me: { status: 429, headers: { "retry-after": "60" }, json: {} } });
      w.clock.advance(16 * minute);
      await w.check();

      assert.equal(await w.status(), "connected");
    });
  });
});
