import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Db } from "./db.ts";
import { openDb } from "./open.ts";
import { createTestDb } from "./test-db.ts";

const serverUrl = process.env.TIELINE_TEST_DATABASE_URL;
const onServer = { skip: !serverUrl && "TIELINE_TEST_DATABASE_URL is not set" };

async function openServer(t: TestContext, change: (url: URL) => void): Promise<Db> {
  await createTestDb(t, "postgres"); // on a new server, the first one makes the roles
  const url = new URL(serverUrl ?? "");
  change(url);
  const db = await openDb({ url: url.href });
  t.after(() => db.close());
  return db;
}

async function endSessions(where: string): Promise<void> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${where}`);
  await admin.end();
}

/** Passes everything on but the start-up options, as some connection poolers do. */
async function startForgetfulPooler(t: TestContext): Promise<number> {
  const { hostname, port } = new URL(serverUrl ?? "");
  const pooler = net.createServer((client) => {
    const server = net.connect(Number(port || 5432), hostname);
    client.once("data", (startup: Buffer) => {
      const pairs = startup.subarray(8).toString().split("\0");
      const at = pairs.indexOf("options");
      if (at >= 0) pairs.splice(at, 2);
      const rest = Buffer.from(pairs.join("\0"));
      const head = Buffer.alloc(8);
      head.writeUInt32BE(rest.length + 8);
      startup.copy(head, 4, 4, 8);
      server.write(Buffer.concat([head, rest]));
      client.pipe(server).pipe(client);
    });
    for (const socket of [client, server]) socket.on("error", () => client.destroy());
  });
  pooler.listen(0, "127.0.0.1");
  await once(pooler, "listening");
  t.after(() => void pooler.close());
  return (pooler.address() as net.AddressInfo).port;
}

test("options in the URL cannot take the role of the sessions away", onServer, async (t) => {
  const db = await openServer(t, (url) => url.searchParams.set("options", "-c role=none -c work_mem=5MB"));
  const [row] = await db.transaction((tx) =>
    tx.query(
      "select current_user::text as role, current_setting('work_mem') as memory, current_setting('timezone') as zone",
    ),
  );

  assert.deepEqual(row, { role: "tieline_app", memory: "5MB", zone: "UTC" });
});

test("a pooler that drops the role is refused, because the owner would see every tenant", onServer, async (t) => {
  const port = await startForgetfulPooler(t);
  const db = await openServer(t, (url) => {
    url.port = String(port);
  });

  await assert.rejects(
    db.transaction((tx) => tx.query("select 1")),
    { code: "db.unavailable", message: /does not run as tieline_app/ },
  );
});

test(
  "a connection cut in mid transaction is unavailable, and the next transaction has a new one",
  onServer,
  async (t) => {
    const db = await createTestDb(t, "postgres");
    const cut = db.transaction(async (tx) => {
      const [row] = await tx.query<{ pid: number }>("select pg_backend_pid() as pid");
      await endSessions(`pid = ${row?.pid}`);
      await tx.query("select 1");
    });

    await assert.rejects(cut, { code: "db.unavailable" });
    assert.deepEqual(await db.transaction((tx) => tx.query("select 1 as n")), [{ n: 1 }]);
  },
);

test("two transactions that lock each other out both come through", onServer, async (t) => {
  const db = await createTestDb(t, "postgres");
  await db.asOwner((tx) =>
    tx.query(
      "create table counters (name text, n int); insert into counters values ('a', 0), ('b', 0); grant all on counters to tieline_app",
    ),
  );
  const firstLocks = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let attempts = 0;
  const addTo = (own: number, names: string[]) =>
    db.transaction(async (tx) => {
      attempts++;
      const add = (name: string | undefined) => tx.query("update counters set n = n + 1 where name = $1", [name]);
      await add(names[0]);
      firstLocks[own]?.resolve();
      await Promise.all(firstLocks.map(({ promise }) => promise));
      await add(names[1]);
    });
  await Promise.all([addTo(0, ["a", "b"]), addTo(1, ["b", "a"])]);

  assert.ok(attempts >= 3, `${attempts} attempts`); // on a busy server both may be chosen as the victim
  assert.deepEqual(await db.transaction((tx) => tx.query("select distinct n from counters")), [{ n: 2 }]);
});

test("a listener hears again after its connection was cut", { ...onServer, timeout: 30_000 }, async (t) => {
  const db = await createTestDb(t, "postgres");
  const [row] = await db.transaction((tx) => tx.query<{ name: string }>("select current_database() as name"));
  let isHeard = false;
  await db.listen("news", () => {
    isHeard = true;
  });
  await endSessions(`datname = '${row?.name}' and query ilike 'listen%'`);

  while (!isHeard) {
    await db.transaction((tx) => tx.query("notify news"));
    await sleep(20); // what was told while nobody listened is lost, so it is told again
  }
  assert.ok(isHeard);
});
