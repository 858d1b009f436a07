import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { type Clock, systemClock, type TenantId } from "#core";
import type { Cleanup, Db, Tx } from "#db";
import type { Lane, LaneHandler, Slice } from "./jobs.ts";
import { createLanes, type LocalLanes } from "./lanes.ts";
import { claimUnits, type Ledger, nextSlice, settleUnits } from "./ledger.ts";
import type { Log } from "./log.ts";
import { createRunner, type Runner, type RunnerOptions } from "./runner.ts";
import type { WakeTransport } from "./transport.ts";

/** A unit of the tests' ledger. */
export interface Unit {
  id: string;
  n: number;
  attempts: number;
}

export interface World {
  db: Db;
  lanes: LocalLanes;
  transport: WakeTransport;
  ledger: Ledger;
  logged: string[];
  aLane(tenantId?: TenantId): Promise<Lane>;
  /** Units and the wake-up of their lane, in one transaction. */
  addUnits(lane: Lane, count: number, options?: { dueAt?: Date; wake?: boolean }): Promise<void>;
  /** Works units: the effect and its unit's end commit together. */
  handler(options?: HandlerOptions): LaneHandler;
  startRunner(t: Cleanup, options: { handler: LaneHandler } & Partial<RunnerOptions>): Promise<Runner>;
  effects(lane: Lane): Promise<{ n: number; slice: string }[]>;
  states(lane: Lane): Promise<Record<string, number>>;
  laneRow(lane: Lane): Promise<LaneRow>;
}

export interface LaneRow {
  queued: boolean;
  due_at: Date | null;
  lease_token: string | null;
  lease_until: Date | null;
  failures: number;
}

export interface HandlerOptions {
  limit?: number;
  onSlice?(slice: Slice, units: Unit[]): Promise<void> | void;
}

export async function createTestTables(db: Db): Promise<void> {
  await db.asOwner((tx) =>
    tx.query(`
      create table test_units (
        id uuid primary key default gen_random_uuid(), tenant_id uuid not null, subject_id uuid not null, n int not null,
        state text not null default 'queued', attempts int not null default 0, due_at timestamptz not null,
        reason text, detail text, finished_at timestamptz);
      create index on test_units (subject_id, n) where state in ('queued', 'running');
      create table test_effects (
        seq bigint generated always as identity primary key, tenant_id uuid not null, subject_id uuid not null, n int not null,
        slice uuid not null);
      call protect_tenant_table('test_units');
      call protect_tenant_table('test_effects')`),
  );
}

/** A kind of lane of its own over the test's tables, so that tests on one database leave each other alone. */
export function createWorld(
  db: Db,
  transport: WakeTransport,
  { clock = systemClock, kind = `test_${randomUUID().slice(0, 8)}` }: { clock?: Clock; kind?: string } = {},
): World {
  const lanes = createLanes({ transport, clock });
  const ledger: Ledger = {
    table: "test_units",
    laneKind: kind,
    subjectColumn: "subject_id",
    order: "n",
    maxAttempts: 3,
  };
  const logged: string[] = [];
  const say = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { info: say, warn: say, error: say };
  const now = () => new Date(clock.now());

  return { db, lanes, transport, ledger, logged, aLane, addUnits, handler, startRunner, effects, states, laneRow };

  async function aLane(tenantId = randomUUID() as TenantId): Promise<Lane> {
    await db.withTenant(tenantId, (tx) =>
      tx.query("insert into tenants (id, name) values ($1, 'Test') on conflict do nothing", [tenantId]),
    );
    return { kind, subjectId: randomUUID(), tenantId };
  }

  function addUnits(lane: Lane, count: number, { dueAt = now(), wake = true }: { dueAt?: Date; wake?: boolean } = {}) {
    return db.withTenant(lane.tenantId, async (tx) => {
      await insertUnits(tx, lane, count, dueAt);
      if (wake) await lanes.wake(tx, [lane], { at: dueAt });
    });
  }

  async function insertUnits(tx: Tx, lane: Lane, count: number, dueAt: Date): Promise<void> {
    await tx.query(
      `insert into test_units (tenant_id, subject_id, n, due_at)
       select $1, $2, g + coalesce((select max(n) from test_units where subject_id = $2), 0), $4 from generate_series(1, $3::int) g`,
      [lane.tenantId, lane.subjectId, count, dueAt.toISOString()],
    );
  }

  function handler({ limit = 20, onSlice = () => {} }: HandlerOptions = {}): LaneHandler {
    return {
      kind,
      async runSlice(slice) {
        const { subjectId } = slice.lane;
        const units = await slice.transaction((tx) => claimUnits<Unit>(tx, ledger, { subjectId, now: now(), limit }));
        await onSlice(slice, units);
        return slice.transaction(async (tx) => {
          await tx.query(
            `insert into test_effects (tenant_id, subject_id, n, slice) select $1, $2, n, $4 from unnest($3::int[]) n`,
            [slice.lane.tenantId, subjectId, units.map(({ n }) => n), randomUUID()],
          );
          await settleUnits(
            tx,
            ledger,
            units.map(({ id }) => ({ id, state: "done" })),
            now(),
          );
          return nextSlice(tx, ledger, subjectId, now());
        });
      },
    };
  }

  async function startRunner(t: Cleanup, { handler, ...options }: { handler: LaneHandler } & Partial<RunnerOptions>) {
    const runner = createRunner({ db, lanes, transport, handlers: [handler], clock, log, reapEveryMs: 50, ...options });
    await runner.start();
    t.after(() => runner.stop());
    return runner;
  }

  function effects(lane: Lane): Promise<{ n: number; slice: string }[]> {
    return db.withTenant(lane.tenantId, (tx) =>
      tx.query("select n, slice from test_effects where subject_id = $1 order by seq", [lane.subjectId]),
    );
  }

  async function states(lane: Lane): Promise<Record<string, number>> {
    const rows = await db.withTenant(lane.tenantId, (tx) =>
      tx.query<{ state: string; count: number }>(
        "select state, count(*)::int as count from test_units where subject_id = $1 group by state",
        [lane.subjectId],
      ),
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }

  async function laneRow(lane: Lane): Promise<LaneRow> {
    const [row] = await db.withTenant(lane.tenantId, (tx) =>
      tx.query<LaneRow>("select queued, due_at, lease_token, lease_until, failures from lanes where key = $1", [
        `${lane.kind}:${lane.subjectId}`,
      ]),
    );
    if (!row) throw new Error("There is no such lane.");
    return row;
  }
}

/** One promise as a sentence, and the test of it. */
export type Promises = (sentence: string, fn: (world: World, t: TestContext) => Promise<void>) => unknown;

export function keyOf(lane: Lane): string {
  return `${lane.kind}:${lane.subjectId}`;
}

export function oneTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Cleans up in reverse: what was opened last is closed first. */
export function lastFirst(t: Cleanup): Cleanup {
  const cleanups: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const cleanup of cleanups) await cleanup();
  });
  return { after: (fn) => void cleanups.unshift(fn) };
}

/** Waits until `check` holds. For what nobody announces: rows that another process writes. */
export async function until(check: () => Promise<boolean> | boolean, what: string, limitMs = 20_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`It never came about that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A transport that loses everything. */
export function createLossyTransport(): WakeTransport {
  return {
    prepare: async () => {},
    open: async () => {},
    send: async () => {},
    consume: async () => async () => {},
    close: async () => {},
  };
}
