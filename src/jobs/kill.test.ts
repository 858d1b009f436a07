import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { type Cleanup, type Db, type DbConfig, forEachEngine, migrate, openDb } from "#db";
import type { Lane } from "./jobs.ts";
import { createPgBossTransport } from "./pg-boss-transport.ts";
import { createTestTables, createWorld, lastFirst, until, type World } from "./test-world.ts";
import type { WakeTransport } from "./transport.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} };
const lanesCount = 8;
const unitsPerLane = 40;
const kills = { postgres: 5, embedded: 3 }; // the embedded engine takes a second to come back
const program = path.join(import.meta.dirname, "kill-worker.ts");

forEachEngine((engine, open) => {
  if (engine === "pglite")
    test("kill -9 of the whole process with its embedded database loses and doubles nothing", killsEmbedded);
  else test("kill -9 of one worker after the other loses and doubles nothing", (t) => killsWorkers(t, open));
});

async function killsWorkers(context: TestContext, open: (t: Cleanup) => Promise<Db>): Promise<void> {
  const t = lastFirst(context);
  const db = await open(t);
  const [{ name }] = (await db.transaction((tx) => tx.query("select current_database() as name"))) as [
    { name: string },
  ];
  const url = new URL(process.env.TIELINE_TEST_DATABASE_URL as string);
  url.pathname = `/${name}`;
  const { world, transport, kind } = await aWorld(db);
  t.after(() => transport.close());
  const lanes = await addWork(world);
  const workers = [startWorker(t, { url: url.href }, kind), startWorker(t, { url: url.href }, kind)];

  for (let kill = 0; kill < kills.postgres; kill++) {
    await until(async () => (await doneCount(world, lanes)) >= (kill + 1) * 40, "the work went on");
    const index = kill % 2;
    await killed(workers[index] as ChildProcess);
    workers[index] = startWorker(t, { url: url.href }, kind);
  }

  await assertDoneOnce(world, lanes);
}

async function killsEmbedded(context: TestContext): Promise<void> {
  const t = lastFirst(context);
  const folder = path.join(os.tmpdir(), `tieline-kill-${randomUUID()}`);
  t.after(() => fs.rm(folder, { recursive: true, force: true }));
  const database: DbConfig = { folder };
  const before = await openDb(database);
  await migrate(before);
  const { world, transport: first, kind } = await aWorld(before);
  const lanes = await addWork(world);
  await first.close();
  await before.close();

  for (let kill = 0; kill < kills.embedded; kill++) {
    const worker = startWorker(t, database, kind);
    await slices(worker, 9 + kill); // the eight lanes, and some of them again
    await killed(worker);
  }

  const db = await openDb(database);
  t.after(() => db.close());
  const transport = createPgBossTransport({ db, log });
  await transport.open();
  t.after(() => transport.close());
  const rest = createWorld(db, transport, { kind });
  const done = await doneCount(rest, lanes);
  assert(done > 0 && done < lanesCount * unitsPerLane, `the killed processes did some of the work, not ${done}`);
  await rest.startRunner(t, { handler: rest.handler(), patienceMs: 100 });
  await assertDoneOnce(rest, lanes);
}

async function aWorld(db: Db): Promise<{ world: World; transport: WakeTransport; kind: string }> {
  const transport = createPgBossTransport({ db, log });
  await transport.prepare();
  await createTestTables(db);
  await transport.open();
  const world = createWorld(db, transport);
  return { world, transport, kind: world.ledger.laneKind };
}

async function addWork(world: World): Promise<Lane[]> {
  const lanes: Lane[] = [];
  for (let i = 0; i < lanesCount; i++) lanes.push(await world.aLane());
  for (const lane of lanes) await world.addUnits(lane, unitsPerLane);
  return lanes;
}

async function assertDoneOnce(world: World, lanes: Lane[]): Promise<void> {
  for (const lane of lanes) {
    await until(async () => (await world.states(lane)).done === unitsPerLane, "the lane is done");
    const effects = (await world.effects(lane)).map(({ n }) => n);
    assert.deepEqual(
      effects,
      Array.from({ length: unitsPerLane }, (_, index) => index + 1),
    );
  }
}

async function doneCount(world: World, lanes: Lane[]): Promise<number> {
  const states = await Promise.all(lanes.map((lane) => world.states(lane)));
  return states.reduce((sum, { done = 0 }) => sum + done, 0);
}

function startWorker(t: Cleanup, database: DbConfig, kind: string): ChildProcess {
  const worker = spawn(process.execPath, [program, JSON.stringify({ database, kind })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => killed(worker));
  return worker;
}

/** Resolves when the worker has begun so many slices. */
function slices(worker: ChildProcess, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    worker.stdout?.on("data", (dots: Buffer) => {
      seen += dots.length;
      if (seen >= count) resolve();
    });
    worker.once("exit", (code) => reject(new Error(`The worker ended with ${code}.`)));
  });
}

async function killed(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exited = once(worker, "exit");
  worker.kill("SIGKILL");
  await exited;
}
