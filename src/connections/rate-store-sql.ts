import type { Db } from "#db";
import type { RateStore, Reservation } from "./rate-budget.ts";

/** Budgets that all processes on one database share; the function is in 0003_connections.sql. */
export function createSqlRateStore(db: Db): RateStore {
  return {
    async reserve(draws, aheadMs) {
      const [row] = await db.transaction((tx) =>
        tx.query<Reservation>(
          `select booked, wait_ms as "waitMs" from take_rate_budget($1::text[], $2::float8[], $3::float8[], $4::float8)`,
          [draws.map(({ key }) => key), draws.map(increment), draws.map(tolerance), aheadMs],
        ),
      );
      return row as Reservation;
    },
    async push(draws, delayMs) {
      await db.transaction((tx) =>
        tx.query("select push_rate_budget($1::text[], $2::float8[])", [
          draws.map(({ key }) => key),
          draws.map(({ toleranceMs }) => delayMs + toleranceMs),
        ]),
      );
    },
  };
}

const increment = ({ incrementMs }: { incrementMs: number }) => incrementMs;
const tolerance = ({ toleranceMs }: { toleranceMs: number }) => toleranceMs;
