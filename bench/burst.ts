import { type BurstWorld, createBurstWorld } from "./burst-world.ts";
import { finishedCall } from "./finished-call.ts";
import { load, percentile } from "./load.ts";
import type { BenchOptions } from "./report.ts";

const latencyMs = 50;
const withinSeconds = 15;
const singles = 9;
/** A rolling limit of 10 s: after this pause nothing of the set-up or of the single calls is left in it. */
const limitSpanMs = 10_500;
/** How long no note may come until the rest counts as lost. Longer than any pause of the breaker or of a retry at first. */
const patienceMs = 120_000;

interface Case {
  name: string;
  /** Turns the knobs before the burst. */
  trouble?(world: BurstWorld): void;
  /** And while it runs. */
  inTheMiddle?: { afterMs: number; trouble(world: BurstWorld): void };
  /** In lots with 400 ms between them, in place of all at once. */
  isSpread?: boolean;
  /** With no trouble there is a time to keep, and nothing to be refused for. */
  isCalm?: boolean;
}

// A burst is so few requests that one in five may be none; spread out, it is enough of them for the faults to hit.
const lots = 12;

const cases: Case[] = [
  { name: "under the published limit", isCalm: true },
  {
    name: "20 % of answers 500",
    trouble: ({ control }) => void control.fault({ kind: "status", status: 500, rate: 0.2 }),
  },
  {
    name: "20 % of answers 500, the write done",
    trouble: ({ control }) =>
      void control.fault({ kind: "commit-then-status", status: 500, rate: 0.2, match: { method: "POST|PATCH" } }),
  },
  {
    name: "20 % of writes cut after they are done, in 12 lots",
    trouble: ({ control }) =>
      void control.fault({ kind: "commit-then-drop", rate: 0.2, match: { method: "POST|PATCH" } }),
    isSpread: true,
  },
  {
    name: "20 % of answers 500, in 12 lots",
    trouble: ({ control }) => void control.fault({ kind: "status", status: 500, rate: 0.2 }),
    isSpread: true,
  },
  {
    name: "10 s outage",
    inTheMiddle: { afterMs: 1_000, trouble: ({ control }) => control.outage({ ms: 10_000 }) },
  },
  { name: "another app on half of the limit", trouble: ({ control }) => control.externalLoad(0.5) },
];

/** A burst of calls into one HubSpot account under its published limits. Answers false when one is lost or doubled, or too late. */
export async function benchBurst(options: BenchOptions): Promise<boolean> {
  let isSound = true;
  for (const one of options.quick ? cases.slice(0, 1) : cases) isSound = (await run(one, options)) && isSound;
  return isSound;
}

async function run(
  { name, trouble, inTheMiddle, isSpread = false, isCalm = false }: Case,
  options: BenchOptions,
): Promise<boolean> {
  const { engine, quick, report } = options;
  const calls = quick ? 100 : 300;
  const world = await createBurstWorld(options);
  try {
    world.control.latency(latencyMs);
    await pause(limitSpanMs);
    if (isCalm) {
      const times: number[] = [];
      while (times.length < singles) times.push(await single(world, times.length));
      report.add(engine, "one call alone", {
        first_ms: times[0] ?? 0,
        median_ms: percentile(times, 0.5),
        three_round_trips_ms: 3 * latencyMs,
      });
      await pause(limitSpanMs);
    }
    const known = world.noteCount();
    const before = world.control.counts();
    trouble?.(world);
    if (inTheMiddle) setTimeout(() => inTheMiddle.trouble(world), inTheMiddle.afterMs);
    const startedAt = performance.now();
    const notAccepted = await send(world, calls, isSpread ? lots : 1);
    await settled(world, known + calls);
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    const after = world.control.counts();
    await pause(3_000); // a doubled write would come late
    const notes = world.notes();
    const lost = Array.from({ length: calls }, (_, at) => `bench_${at}`).filter((call) => !notes.has(call)).length;
    const doubled = [...notes.values()].reduce((sum, times) => sum + times - 1, 0) + world.repeatedContacts();
    const answers = (status: number) => (after.byStatus[status] ?? 0) - (before.byStatus[status] ?? 0);
    report.add(engine, name, {
      calls,
      not_accepted: notAccepted,
      notes: notes.size - known,
      lost,
      doubled,
      answers_429: answers(429),
      failures: answers(500) + answers(503) + answers(0), // 0: the connection was cut
      requests: after.total - before.total,
      seconds,
    });
    const isKept = lost === 0 && doubled === 0 && notAccepted === 0;
    return isCalm ? isKept && answers(429) === 0 && seconds <= withinSeconds : isKept;
  } finally {
    await world.stop();
  }
}

/** Answers how many were not accepted. */
async function send(world: BurstWorld, calls: number, inLots: number): Promise<number> {
  const total = calls / inLots;
  let failed = 0;
  for (let lot = 0; lot < inLots; lot++) {
    const request = (index: number) => toRequest(world, lot * total + index);
    failed += (await load(world.product.url, { total, connections: total, request })).failed;
    if (lot < inLots - 1) await pause(400);
  }
  return failed;
}

/** Milliseconds from sending one call until its note is there, with nothing else to do. */
async function single(world: BurstWorld, index: number): Promise<number> {
  const known = world.noteCount();
  const startedAt = performance.now();
  await load(world.product.url, { total: 1, connections: 1, request: () => toRequest(world, 1_000_000 + index) });
  while (world.noteCount() === known) await pause(1);
  return Math.round(performance.now() - startedAt);
}

function toRequest({ key }: BurstWorld, index: number) {
  return {
    path: "/v1/calls",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ call: finishedCall(index, "agent") }),
  };
}

async function settled({ noteCount }: BurstWorld, expected: number): Promise<void> {
  let [last, since] = [-1, performance.now()];
  while (noteCount() < expected && performance.now() - since < patienceMs) {
    if (noteCount() !== last) [last, since] = [noteCount(), performance.now()];
    await pause(20);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
