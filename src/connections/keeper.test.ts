import assert from "node:assert/strict";
import { test } from "node:test";
import { type Db, forEachEngine } from "#db";
import type { Secret } from "./credentials.ts";
import { createKeeper } from "./keeper.ts";
import type { RefreshJob } from "./refresh.ts";
import { openCredentials, readCredentialsRow } from "./store.ts";
import { aConnection, aProvider, aVault } from "./testing.ts";

const leaseOwner = "00000000-0000-4000-8000-000000000001";

// A file without any test counts as one that was forgotten.
test("a keeper needs a database that a second process can open", {
  skip: !process.env.TIELINE_TEST_DATABASE_URL && "TIELINE_TEST_DATABASE_URL is not set",
}, () => {
  assert.ok(process.env.TIELINE_TEST_DATABASE_URL);
});

forEachEngine((engine, open) => {
  if (engine === "pglite") return; // its files belong to one process, so there is no keeper

  test("whoever leaves waits for a keeper as long as it likes; the refresh comes to its end all the same", async (t) => {
    const asked = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    const acme = await aProvider(t, async () => {
      asked.resolve();
      await mayAnswer.promise;
      return { json: { access_token: "a2", refresh_token: "r2", expires_in: 1_800 } };
    });
    const db = await open(t);
    const vault = aVault();
    const secret: Secret = { kind: "oauth2", accessToken: "a1", refreshToken: "r1", app: "installation" };
    const owner = await aConnection(db, { auth: "oauth2", vault, secret });
    await db.withTenant(owner.tenantId, (tx) =>
      tx.query("update credentials set lease_owner = $1, lease_until = now() + interval '1 minute'", [leaseOwner]),
    );
    const keys = [{ id: "k1", key: vault.testKey }];
    const keeper = createKeeper({ db, vault, databaseUrl: await urlOf(db), keys });
    const request = { url: `${acme.url}/oauth/token`, headers: {}, body: "" };
    const job: RefreshJob = { ...owner, version: 1, leaseOwner, secret, isSingleUse: true, request };

    const refreshed = keeper.carryOut(job);
    await asked.promise;
    await keeper.close({ withinMs: 10 });
    mayAnswer.resolve();
    await refreshed;

    const row = await db.withTenant(owner.tenantId, (tx) => readCredentialsRow(tx, owner.connectionId));
    assert.ok(row);
    const stored = openCredentials(vault, owner.tenantId, owner.connectionId, row);
    assert.equal(stored.secret.kind === "oauth2" && stored.secret.refreshToken, "r2");
    await keeper.close();
  });
});

async function urlOf(db: Db): Promise<string> {
  const [row] = await db.transaction((tx) => tx.query<{ name: string }>("select current_database() as name"));
  const url = new URL(process.env.TIELINE_TEST_DATABASE_URL ?? "");
  url.pathname = `/${row?.name}`;
  return url.href;
}
