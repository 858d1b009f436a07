import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { newId } from "#core";
import type { Db } from "./db.ts";
import { DurableNodeFS, durableStartParams, proveSyncs } from "./durable-file-system.ts";
import { lockFolder } from "./folder-lock.ts";
import { migrate } from "./migrate.ts";
import { openDb } from "./open.ts";
import { schemaTypes } from "./schema-types.ts";
import { copyTemplate } from "./template.ts";

// Shared by all runs on this machine, because a folder from a template is quick to set up.
const templates = path.join(os.tmpdir(), `tieline-test-${os.userInfo().uid}`, "templates");

function createHome(t: TestContext): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "tieline-folder-"));
  t.after(() => fs.rmSync(home, { recursive: true, force: true }));
  return home;
}

async function openForTest(t: TestContext, ...config: Parameters<typeof openDb>): Promise<Db> {
  const db = await openDb(...config);
  t.after(() => db.close());
  return db;
}

test("every row that was acknowledged is there after kill -9, round after round", async (t) => {
  const folder = path.join(createHome(t), "data");
  const tenant = newId("tenant");
  const setUp = await openDb({ folder, templates });
  await setUp.withTenant(tenant, (tx) => tx.query("insert into tenants (id, name) values ($1, 'Killed')", [tenant]));
  await setUp.close();
  const acknowledged: string[] = [];

  for (const round of [1, 2, 3]) {
    const before = acknowledged.length;
    const child = spawn(
      process.execPath,
      [path.join(import.meta.dirname, "durability.child.ts"), folder, tenant, String(round)],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const exited = once(child, "exit");
    for await (const line of createInterface(child.stdout)) {
      acknowledged.push(line);
      if (acknowledged.length === before + 20 * round) child.kill("SIGKILL");
    }
    await exited;
    assert.ok(acknowledged.length >= before + 20 * round);
  }

  const db = await openForTest(t, { folder });
  const rows = await db.withTenant(tenant, (tx) => tx.query<{ name: string }>("select name from agents"));
  const stored = new Set(rows.map(({ name }) => name));
  assert.deepEqual(
    acknowledged.filter((name) => !stored.has(name)),
    [],
  );
});

test("a database from a template has the schema of one that was set up afresh", async (t) => {
  const fresh = await openForTest(t, { memory: true });
  await migrate(fresh);
  const copied = await openForTest(t, { folder: path.join(createHome(t), "data"), templates });

  assert.deepEqual(await migrate(copied), []);
  assert.ok((await schemaTypes(copied)) === (await schemaTypes(fresh)));
});

test("a folder that is open is refused to others, by any path, until it is closed", async (t) => {
  const home = createHome(t);
  const folder = path.join(home, "data");
  fs.symlinkSync(folder, path.join(home, "link"));
  const db = await openDb({ folder, isDurable: false, templates });

  for (const name of ["data", "link"]) {
    await assert.rejects(openDb({ folder: path.join(home, name) }), {
      code: "db.unavailable",
      message: new RegExp(`in use by process ${process.pid} on ${os.hostname()}`),
    });
  }
  await db.close();
  await (await openDb({ folder, isDurable: false, templates })).close();
  assert.deepEqual(fs.readdirSync(home).sort(), ["data", "link"]);
});

test("the lock of a process that is gone is taken over; of one elsewhere, or that cannot be read, it is not", (t) => {
  const folder = path.join(createHome(t), "data");
  const file = `${folder}.lock`;
  lockFolder(folder);
  const mine = JSON.parse(fs.readFileSync(file, "utf8"));
  const lockAfter = (content: string) => {
    fs.writeFileSync(file, content);
    lockFolder(folder)();
  };
  const refused = { code: "db.unavailable", message: /in use by/ };

  lockAfter(JSON.stringify({ ...mine, pid: 2 ** 22 + 1 })); // beyond what Linux gives out
  lockAfter(JSON.stringify({ ...mine, started: "at another time" }));
  lockAfter(JSON.stringify({ ...mine, boot: "before" }));
  assert.throws(() => lockAfter(JSON.stringify(mine)), refused);
  assert.throws(() => lockAfter(JSON.stringify({ ...mine, host: "elsewhere", pid: 2 ** 22 + 1 })), refused);
  assert.throws(() => lockAfter("{"), refused);
  assert.ok(fs.existsSync(file));
});

test("a folder that holds something else is left alone", async (t) => {
  const home = createHome(t);
  fs.writeFileSync(path.join(home, "letter.txt"), "dear");

  await assert.rejects(openDb({ folder: home }), { code: "db.unavailable", message: /not a database/ });
  assert.deepEqual(fs.readdirSync(home), ["letter.txt"]);
  assert.equal(fs.existsSync(`${home}.lock`), false);
});

test("a set-up that was cut short is done again", async (t) => {
  const folder = path.join(createHome(t), "data");
  fs.mkdirSync(path.join(`${folder}.draft`, "base"), { recursive: true });
  fs.writeFileSync(path.join(`${folder}.draft`, "PG_VERSION"), "18");
  const db = await openForTest(t, { folder, isDurable: false, templates });

  assert.deepEqual(await db.asOwner((tx) => tx.query("select 1 as n")), [{ n: 1 }]);
});

test("each commit is synced, and an engine that does not sync may not claim it", async (t) => {
  const folder = path.join(createHome(t), "data");
  await copyTemplate(templates, folder);
  const fileSystem = new DurableNodeFS(folder);
  const syncing = await PGlite.create({ fs: fileSystem, startParams: durableStartParams });
  const before = fileSystem.syncs;
  await proveSyncs(syncing, fileSystem);
  assert.ok(fileSystem.syncs >= before + 3);
  await syncing.close();

  const carelessFiles = new DurableNodeFS(folder);
  const careless = await PGlite.create({ fs: carelessFiles }); // fsync is off in PGlite's own start parameters
  t.after(() => careless.close());
  await assert.rejects(
    proveSyncs(careless, carelessFiles),
    /did not sync its commits to disk \(0 syncs for 3 commits\)/,
  );
});

test("an engine that stops, because its log cannot be written, opens again with all that was committed", async (t) => {
  const folder = path.join(createHome(t), "data");
  const told: string[] = [];
  const db = await openForTest(t, { folder, isDurable: false, templates }, { log: (message) => told.push(message) });
  await db.asOwner((tx) => tx.query("create table kept (n int); insert into kept values (1)"));
  const wal = path.join(folder, "pg_wal");
  fs.renameSync(wal, `${wal}.away`);
  fs.writeFileSync(wal, "no folder");
  const switchLog = db.asOwner((tx) =>
    tx.query("insert into kept values (2); select pg_switch_wal(); insert into kept values (3)"),
  );

  await assert.rejects(switchLog, { code: "db.unavailable" });
  await assert.rejects(
    db.asOwner((tx) => tx.query("select 1")),
    { code: "db.unavailable" },
  );
  fs.rmSync(wal);
  fs.renameSync(`${wal}.away`, wal);
  assert.deepEqual(await db.asOwner((tx) => tx.query("select n from kept")), [{ n: 1 }]);
  assert.ok(told.some((message) => /opened again/.test(message)));
});

test("the tables are vacuumed and analyzed from time to time", { timeout: 30_000 }, async (t) => {
  const folder = path.join(createHome(t), "data");
  const db = await openForTest(t, { folder, isDurable: false, templates, vacuumEveryMs: 20 });
  await db.asOwner((tx) => tx.query("create table counted as select * from generate_series(1, 500)"));
  const readCount = () =>
    db.asOwner((tx) => tx.query<{ n: number }>("select reltuples::int as n from pg_class where relname = 'counted'"));

  let count = await readCount();
  while (count[0]?.n === -1) count = await readCount(); // -1: never analyzed
  assert.deepEqual(count, [{ n: 500 }]);
});
