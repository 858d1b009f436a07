export { type Bell, createBell } from "./bell.ts";
export { type BullmqTransportOptions, createBullmqTransport } from "./bullmq-transport.ts";
export type { Lane, LaneHandler, Lanes, Slice, SliceResult, TimetableEntry } from "./jobs.ts";
export { createLanes, type LanesOptions, type LocalLanes } from "./lanes.ts";
export {
  type ClaimOptions,
  claimUnits,
  type Ledger,
  listDead,
  nextSlice,
  type Outcome,
  requeueDead,
  settleUnits,
} from "./ledger.ts";
export type { Log } from "./log.ts";
export { createPgBossTransport, type PgBossTransportOptions } from "./pg-boss-transport.ts";
export { createRunner, type Runner, type RunnerOptions } from "./runner.ts";
export { createTimetable, type Timetable, type TimetableOptions } from "./timetable.ts";
export type { WakeTransport } from "./transport.ts";
