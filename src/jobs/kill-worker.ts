// A worker process for kill.test.ts: works the tests' ledger until it is killed, and writes a dot for each slice it begins.
import { openDb } from "#db";
import { createPgBossTransport } from "./pg-boss-transport.ts";
import { createWorld } from "./test-world.ts";

const { database, kind } = JSON.parse(process.argv[2] ?? "{}");
const log = { info: () => {}, warn: () => {}, error: () => {} };
const db = await openDb(database);
const transport = createPgBossTransport({ db, log });
await transport.open();
const world = createWorld(db, transport, { kind });
const onSlice = () => {
  process.stdout.write(".");
  return new Promise<void>((resolve) => setTimeout(resolve, 2));
};
await world.startRunner(
  { after: () => {} },
  { handler: world.handler({ limit: 5, onSlice }), concurrency: 3, leaseMs: 300, reapEveryMs: 50, patienceMs: 200 },
);
