import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { PlatformError, systemClock } from "#core";
import { type Cleanup, type Db, forEachEngine } from "#db";
import { saveProviderApp } from "./apps.ts";
import type { Secret } from "./credentials.ts";
import { createHttp } from "./http.ts";
import { metadataOf } from "./metadata.ts";
import { carryOut, type RefreshJob } from "./refresh.ts";
import { rotateKeys } from "./rotate-keys.ts";
import { openCredentials, readCredentialsRow, saveCredentials } from "./store.ts";
import { aConnection, aGateway, aProvider, aVault, type Reply } from "./testing.ts";
import { createVault } from "./vault.ts";
import { addWebhookSecret, createWebhookDirectory } from "./webhook-secrets.ts";

const vault = aVault();
const grant = (refreshToken: string): Secret => ({
  kind: "oauth2",
  accessToken: "old",
  refreshToken,
  app: "installation",
});
const tokens = (n: number): Reply => ({
  json: { access_token: `access-${n}`, refresh_token: `refresh-${n}`, expires_in: 1_800 },
});
const refused: Reply = { status: 400, json: { error: "invalid_grant" } };
const me = "00000000-0000-4000-8000-000000000001";
const other = "00000000-0000-4000-8000-000000000002";

forEachEngine((engine, open) => {
  test(`${engine}: refreshing`, async (t) => {
    const db = await open(t);

    async function world(t: Cleanup, answer: () => Reply | Promise<Reply>) {
      const acme = await aProvider(t, answer);
      const secret = grant("refresh-1");
      const owner = await aConnection(db, { auth: "oauth2", vault, secret });
      const { tenantId, connectionId } = owner;
      const http = createHttp();
      t.after(() => http.close());
      const run = <Row>(sql: string, parameters: unknown[] = []) =>
        db.withTenant(tenantId, (tx) => tx.query<Row>(sql, parameters));
      const holdLease = (leaseOwner: string, ms: number) =>
        run("update credentials set lease_owner = $1, lease_until = clock_timestamp() + $2 * interval '1 ms'", [
          leaseOwner,
          ms,
        ]);
      await holdLease(me, 30_000);
      const job: RefreshJob = {
        ...owner,
        version: 1,
        leaseOwner: me,
        secret,
        isSingleUse: true,
        request: { url: `${acme.url}/oauth/token`, headers: {}, body: "" },
      };
      const finish = (through: Db = db) => carryOut(job, { db: through, vault, http, clock: systemClock });
      const stored = async () => {
        const row = await db.withTenant(tenantId, (tx) => readCredentialsRow(tx, connectionId));
        assert.ok(row);
        return { ...openCredentials(vault, tenantId, connectionId, row), leaseOwner: row.lease_owner };
      };
      const status = async () => (await run<{ status: string }>("select status from connections"))[0]?.status;
      return { ...owner, acme, run, holdLease, finish, stored, status, job };
    }
    const refreshTokenOf = ({ secret }: { secret: Secret }) => (secret.kind === "oauth2" ? secret.refreshToken : null);

    await t.test("new tokens are stored under the next version and the lease is given back", async (t) => {
      const w = await world(t, () => tokens(2));
      const credentials = await w.finish();
      const stored = await w.stored();
      assert.equal(refreshTokenOf(credentials), "refresh-2");
      assert.deepEqual([refreshTokenOf(stored), stored.version, stored.leaseOwner], ["refresh-2", 2, null]);
    });

    await t.test("a process that comes late does not overwrite newer tokens, and uses them", async (t) => {
      const w = await world(t, async () => {
        await db.withTenant(w.tenantId, (tx) =>
          saveCredentials(tx, vault, w.tenantId, w.connectionId, { secret: grant("refresh-9"), expiresAt: null }),
        );
        return tokens(2);
      });
      assert.equal(refreshTokenOf(await w.finish()), "refresh-9");
      assert.equal(refreshTokenOf(await w.stored()), "refresh-9");
    });

    await t.test("a late refusal does not park a connection that has newer tokens", async (t) => {
      const w = await world(t, async () => {
        await db.withTenant(w.tenantId, (tx) =>
          saveCredentials(tx, vault, w.tenantId, w.connectionId, { secret: grant("refresh-9"), expiresAt: null }),
        );
        return refused;
      });
      assert.equal(refreshTokenOf(await w.finish()), "refresh-9");
      assert.equal(await w.status(), "connected");
    });

    await t.test(
      "a late answer waits while another holds the lease, and rescues the connection when that one was refused",
      async (t) => {
        const w = await world(t, async () => {
          await w.holdLease(other, 30_000); // our lease had run out, and somebody took over
          return tokens(2);
        });
        const finished = w.finish();
        await w.run("update connections set status = 'needs_reauth', status_reason = 'refresh_refused'");
        while ((await w.stored()).leaseOwner !== other) await new Promise(setImmediate);
        assert.equal((await w.stored()).version, 1);
        await w.run("update credentials set lease_owner = null, lease_until = null");

        await finished;
        assert.equal(refreshTokenOf(await w.stored()), "refresh-2");
        assert.equal(await w.status(), "connected");
      },
    );

    await t.test("a database that is away for a moment does not cost the new token", async (t) => {
      const w = await world(t, () => tokens(2));
      let failures = 3;
      const shaky: Db = {
        ...db,
        withTenant: async (tenantId, fn) => {
          if (failures-- > 0) throw new PlatformError("db.unavailable", "Away.");
          return db.withTenant(tenantId, fn);
        },
      };
      await w.finish(shaky);
      assert.equal(refreshTokenOf(await w.stored()), "refresh-2");
    });

    await t.test(
      "after a crash in the middle the old token is tried once more, and only its refusal parks the connection",
      async (t) => {
        let answer: Reply = tokens(2);
        const w = await world(t, () => answer);
        await w.holdLease(other, -1_000); // the process that held it is dead
        const gateway = aGateway(t, { db, vault, url: w.acme.url });
        assert.equal(refreshTokenOf(await gateway.tokens.renew(w.tenantId, w.connectionId, 1)), "refresh-2");
        assert.match(w.acme.requests[0]?.body ?? "", /refresh_token=refresh-1/);

        await w.holdLease(other, -1_000);
        answer = refused;
        await assert.rejects(gateway.tokens.renew(w.tenantId, w.connectionId, 2), { code: "connection.needs_reauth" });
        assert.equal(await w.status(), "needs_reauth");
      },
    );

    await t.test("several processes refresh once", async (t) => {
      const w = await world(t, () => tokens(2));
      await w.run("update credentials set lease_owner = null, lease_until = null");
      const gateways = [1, 2, 3].map(() => aGateway(t, { db, vault, url: w.acme.url }));
      const renewed = await Promise.all(gateways.map(({ tokens }) => tokens.renew(w.tenantId, w.connectionId, 1)));
      assert.deepEqual(renewed.map(refreshTokenOf), ["refresh-2", "refresh-2", "refresh-2"]);
      assert.equal(w.acme.requests.length, 1);
    });

    await t.test("tokens that run out soon are refreshed ahead, the others left alone", async (t) => {
      const w = await world(t, () => tokens(2));
      await w.run(
        "update credentials set lease_owner = null, lease_until = null, expires_at = now() + interval '5 minutes'",
      );
      const gateway = aGateway(t, { db, vault, url: w.acme.url });
      assert.equal(await gateway.tokens.refreshExpiring({ withinMs: 60_000 }), 0);
      assert.equal(await gateway.tokens.refreshExpiring({ withinMs: 600_000 }), 1);
      assert.equal((await w.stored()).version, 2);
    });

    await t.test("keys are rotated while refreshes go on, for every kind of secret", async (t) => {
      const w = await world(t, () => tokens(2));
      await db.withTenant(w.tenantId, async (tx) => {
        await addWebhookSecret(tx, vault, w, "whsec");
        const app = { provider: "acme", environment: "production", clientId: "a", clientSecret: "theirs" };
        await saveProviderApp(tx, vault, w.tenantId, app);
      });
      const keys = [
        { id: "k2", key: randomBytes(32) },
        { id: "k1", key: vault.testKey },
      ];
      const newVault = createVault({ keys, activeKeyId: "k2" });

      await Promise.all([rotateKeys({ db, vault: newVault }, { sliceSize: 2 }), w.finish()]);
      await rotateKeys({ db, vault: newVault }); // what the refresh stored with the old key meanwhile

      const onlyNew = createVault({ keys: keys.slice(0, 1), activeKeyId: "k2" });
      const row = await db.withTenant(w.tenantId, (tx) => readCredentialsRow(tx, w.connectionId));
      assert.ok(row);
      assert.equal(refreshTokenOf(openCredentials(onlyNew, w.tenantId, w.connectionId, row)), "refresh-2");
      const [{ key = "" } = {}] = await w.run<{ key: string }>("select webhook_key as key from connections");
      const listener = await createWebhookDirectory({ db, vault: onlyNew }).listenerAt("acme", key);
      assert.deepEqual(listener?.secrets, ["whsec"]);
      assert.equal(await rotateKeys({ db, vault: newVault }), 0);
      await assert.rejects(createWebhookDirectory({ db, vault }).listenerAt("acme", key), /"k2"/);
    });
  });

  test(`${engine}: provider lists are kept until they are too old, and an old one is better than none`, async (t) => {
    const db = await open(t);
    const { tenantId, connectionId } = await aConnection(db);
    const clock = { at: Date.now(), now: () => clock.at };
    const api = { connection: { id: connectionId } } as Parameters<typeof metadataOf>[2];
    let [fetched, fails] = [0, false];
    const read = () =>
      metadataOf<number>({ db, clock }, tenantId, api, {
        kind: "owners",
        maxAgeMs: 1_000,
        fetch: async () => {
          if (fails) throw new PlatformError("provider.outage", "Down.");
          return ++fetched;
        },
      });
    assert.equal((await read()).data, 1);
    assert.equal((await read()).data, 1);
    clock.at += 1_001;
    assert.equal((await read()).data, 2);
    clock.at += 1_001;
    fails = true;
    const old = await read();
    assert.equal(old.data, 2);
    assert.equal(old.fetchedAt.getTime(), clock.at - 1_001);
  });
});
