import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import type { Connector } from "#connector-kit";
import { PlatformError, type TenantId } from "#core";
import { type Cleanup, createTestDb, type Db } from "#db";
import { aConnectWorld, account, anAccount } from "./connect-world.ts";
import type { Received, Reply } from "./testing.ts";

describe("a connection's life", () => {
  let db: Db;
  const cleanups: (() => Promise<void>)[] = [];
  before(async () => {
    db = await createTestDb({ after: (fn) => void cleanups.push(fn) });
  });
  after(async () => {
    for (const clean of cleanups) await clean();
  });
  const world = (t: Cleanup, answer?: (request: Received) => Reply, values?: Partial<Connector>) =>
    aConnectWorld(t, db, answer, values);

  test("pause refuses work and resume wakes it", async (t) => {
    const w = await world(t);
    const { connection } = await w.finish(await w.begin());
    assert.equal((await w.connections.pause(w.tenantId, connection.id))?.status, "paused");
    await assert.rejects(w.gateway.forConnection(w.tenantId, connection.id, { priority: "live" }), {
      code: "connection.paused",
    });
    assert.equal((await w.connections.resume(w.tenantId, connection.id))?.status, "connected");
    assert.deepEqual(w.woken, [connection.id, connection.id]);
    assert.deepEqual(await w.events(), ["connection.connected", "connection.paused", "connection.resumed"]);
  });

  test("disconnect revokes, wipes the credentials, and connecting again within 30 days brings the connection back", async (t) => {
    const w = await world(t);
    const { connection } = await w.finish(await w.begin());
    const done = await w.connections.disconnect(w.tenantId, connection.id);

    assert.equal(done?.revokedAtProvider, true);
    assert.equal(done?.whatStays, "Contacts and notes stay at Acme.");
    const revoke = w.acme.requests.find(({ path }) => path === "/oauth/revoke");
    assert.match(revoke?.body ?? "", /token=refresh-1/);
    assert.equal(await w.count("credentials"), 0);
    await assert.rejects(w.gateway.forConnection(w.tenantId, connection.id, { priority: "live" }), {
      code: "connection.disconnected",
    });

    assert.equal((await w.finish(await w.begin())).connection.id, connection.id);
    await w.connections.disconnect(w.tenantId, connection.id);
    assert.equal(await w.connections.purgeDisconnected(), 0);
    w.clock.advance(31 * 86_400_000);
    await w.connections.purgeDisconnected();
    assert.equal(await w.count("connections"), 0);
  });

  test("a disconnect that the provider does not hear still wipes the credentials", async (t) => {
    const w = await world(t, (request) => (request.path === "/oauth/revoke" ? "cut" : anAccount()(request)));
    const { connection } = await w.finish(await w.begin());
    assert.equal((await w.connections.disconnect(w.tenantId, connection.id))?.revokedAtProvider, false);
    assert.equal(await w.count("credentials"), 0);
  });

  test("the test of a connection says line by line what works and what to do", async (t) => {
    const w = await world(t, (request) => anAccount()(request), {
      account,
      checks: [
        { id: "read_contact", label: "Read one contact", run: async () => "One contact." },
        { id: "notes", label: "Notes", scope: "notes", run: async () => "Fine." },
        { id: "write", label: "Write", writes: true, run: async () => "Written." },
        {
          id: "broken",
          label: "Broken",
          run: async () => {
            throw new PlatformError("provider.not_found", "Acme has no pipeline.");
          },
        },
      ],
    });
    const { connection } = await w.finish(await w.begin());
    const seen: string[] = [];
    const report = await w.connections.test(w.tenantId, connection.id, {
      onLine: ({ id, state }) => seen.push(`${id} ${state}`),
    });

    assert.equal(report?.ok, false);
    assert.deepEqual(
      report?.lines.map(({ id, state, code }) => [id, state, code].join(" ").trim()),
      [
        "sign_in passed",
        "scope:contacts passed",
        "read_contact passed",
        "notes failed provider.permission",
        "write skipped",
        "broken failed provider.not_found",
        "webhooks skipped",
        "clock passed",
        "rate_headroom passed",
      ],
    );
    assert.deepEqual(seen.slice(0, 2), ["sign_in running", "sign_in passed"]);
    const withWrites = await w.connections.test(w.tenantId, connection.id, { writes: true });
    assert.equal(withWrites?.lines.find(({ id }) => id === "write")?.state, "passed");
  });

  test("a clock that is off is a line of its own", async (t) => {
    const w = await world(t, anAccount(), { account });
    const { connection } = await w.finish(await w.begin());
    w.clock.advance(-600_000);
    const report = await w.connections.test(w.tenantId, connection.id);
    const line = report?.lines.find(({ id }) => id === "clock");
    assert.equal(line?.code, "connection.clock_skew");
    assert.match(line?.detail ?? "", /(599|600|601) s behind/);
  });

  test("lists show the tenant's own connections only, newest first", async (t) => {
    const [w, other] = [await world(t), await world(t)];
    await w.finish(await w.begin());
    await other.finish(await other.begin());
    const { data } = await w.connections.list(w.tenantId, { provider: "acme" }, { limit: 10 });
    assert.deepEqual(
      data.map(({ tenant_id }) => tenant_id),
      [w.tenantId as TenantId],
    );
    assert.ok(z.iso.datetime().safeParse(data[0]?.created_at).success);
  });
});
