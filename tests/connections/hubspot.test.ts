import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, type TestContext, test } from "node:test";
import { createConnections, createGateway, createGovernor, createMemoryRateStore, createVault } from "#connections";
import { hubspot } from "#connectors";
import { newId, systemClock } from "#core";
import { createTestDb, type Db } from "#db";
import { createHubSpotSimulator, defaults } from "#simulators/hubspot";
import { consent, startSimulator } from "#simulators/kit";

const browser = randomBytes(32).toString("base64url");
const readOne = { method: "GET", path: "/crm/v3/objects/contacts", query: { limit: 1 }, effect: "read" } as const;

describe("a HubSpot account", () => {
  let db: Db;
  const cleanups: (() => Promise<void>)[] = [];
  before(async () => {
    db = await createTestDb({ after: (fn) => void cleanups.push(fn) });
  });
  after(async () => {
    for (const clean of cleanups) await clean();
  });

  async function world(t: TestContext) {
    const simulator = await startSimulator(t, createHubSpotSimulator, {});
    const vault = createVault({ keys: [{ id: "k1", key: randomBytes(32) }], activeKeyId: "k1" });
    const apps = { hubspot: { clientId: defaults.app.clientId, clientSecret: defaults.app.clientSecret } };
    const gateway = createGateway({
      db,
      vault,
      connectors: [hubspot],
      governor: createGovernor({ store: createMemoryRateStore(systemClock), clock: systemClock }),
      clock: systemClock,
      bases: { hubspot: { api: simulator.url } },
      apps,
    });
    t.after(() => gateway.close());
    const connections = createConnections({
      db,
      vault,
      gateway,
      clock: systemClock,
      publicUrl: "http://us.test",
      apps,
    });
    const tenantId = newId("tenant");
    await db.withTenant(tenantId, (tx) =>
      tx.query("insert into tenants (id, name) values ($1, 'A business')", [tenantId]),
    );
    const wish = {
      provider: "hubspot",
      environment: "production",
      agentId: null,
      name: null,
      role: "everything" as const,
      settings: {},
    };
    const signIn = async (connectionId: Parameters<typeof connections.disconnect>[1] | null = null) => {
      const { url } = await connections.beginOAuth(tenantId, { wish, connectionId, returnTo: null }, browser);
      const back = await consent(url);
      return (await connections.finishOAuth("hubspot", back.searchParams, browser)).connection;
    };
    return { simulator, gateway, connections, tenantId, signIn };
  }

  test("connects over its own pages, and its checklist is green", async (t) => {
    const w = await world(t);
    const connection = await w.signIn();
    assert.equal(connection.external_account_id, String(defaults.portalId));
    assert.ok(connection.scopes.includes("crm.objects.contacts.read"));

    const report = await w.connections.test(w.tenantId, connection.id, { writes: true });

    assert.deepEqual(
      report?.lines.filter(({ state }) => state === "failed"),
      [],
    );
    assert.equal(report?.lines.find(({ id }) => id === "clock")?.state, "passed");
  });

  test("is parked when it was uninstalled there, and works again after a reconnect", async (t) => {
    const w = await world(t);
    const connection = await w.signIn();
    w.simulator.control.revoke({ portalId: defaults.portalId });

    const api = await w.gateway.forConnection(w.tenantId, connection.id, { priority: "live" });
    await assert.rejects(api.send(readOne), { code: "connection.needs_reauth" });
    assert.equal((await w.connections.read(w.tenantId, connection.id))?.status, "needs_reauth");

    assert.equal((await w.signIn(connection.id)).id, connection.id);
    const again = await w.gateway.forConnection(w.tenantId, connection.id, { priority: "live" });
    assert.equal((await again.send(readOne)).status, 200);
  });

  test("refreshes an expired token in the middle of a request, and is revoked when disconnected", async (t) => {
    const w = await world(t);
    const connection = await w.signIn();
    w.simulator.control.expireAccessTokens();
    const api = await w.gateway.forConnection(w.tenantId, connection.id, { priority: "live" });
    assert.equal((await api.send(readOne)).status, 200);

    const done = await w.connections.disconnect(w.tenantId, connection.id);
    assert.equal(done?.revokedAtProvider, true);
  });
});
