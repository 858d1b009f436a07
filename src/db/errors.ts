import pg from "pg";
import { PlatformError } from "#core";

// SQLSTATEs that say the database cannot be reached or cannot store, and not that a statement was wrong.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const unavailableStates = new Set([
  "25006", // read-only: a standby, or a primary being demoted
  "57P01", // admin shutdown
  "57P02", // crash shutdown
  "57P03", // still starting
  "57P05", // idle session ended
  "58030", // input/output error
  "58P01", // a file of the store is gone
  "XX001", // data corrupted
]);
const unavailableClasses = new Set(["08", "53"]); // connection lost or refused; disk full, out of memory, too many connections
const networkFailures = new Set([
  "EACCES",
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT", // the socket file of a server that is not there
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);
// The driver raises these without a code.
const driverFailures =
  /Connection terminated|connection timeout|timeout expired|timeout exceeded when trying to connect|Query read timeout|not queryable|Cannot use a pool after/i;

/** A driver's error as the rest of the product knows it: `db.unavailable`, or the error itself when a statement was wrong. */
export function toDbError(error: unknown): unknown {
  if (error instanceof PlatformError) return error;
  if (error instanceof Error && /role "tieline_app" does not exist/.test(error.message)) {
    return new PlatformError("db.schema_mismatch", "The database was not migrated yet: run the migrations first.", {
      cause: error,
    });
  }
  if (!isUnavailable(error)) return error;
  return new PlatformError("db.unavailable", `The database is not available: ${describe(error)}`, { cause: error });
}

export function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnavailable); // one error per address that was tried
  // The session is over, whatever for: shutdown, a refused login, a log that cannot be written.
  if (error instanceof pg.DatabaseError && (error.severity === "FATAL" || error.severity === "PANIC")) return true;
  const code = codeOf(error);
  if (code !== undefined) {
    return (
      unavailableStates.has(code) ||
      networkFailures.has(code) ||
      (isSqlState(code) && unavailableClasses.has(code.slice(0, 2)))
    );
  }
  return error instanceof Error && driverFailures.test(error.message);
}

/** True for a deadlock or a serialization failure: the transaction may simply run again. */
export function mayRunAgain(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40001" || code === "40P01";
}

export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code);
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join("; ");
  return error instanceof Error ? error.message : String(error);
}
