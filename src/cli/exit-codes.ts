import { CommanderError } from "commander";
import { ConfigError } from "#app";
import { errorCodes, PlatformError } from "#core";

/** What the shell is told. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  forbidden: 3,
  notFound: 4,
  conflict: 5,
  rateLimited: 6,
  network: 7,
  partial: 8,
  interrupted: 130,
} as const;

/** Wrong use of the command line, said in one sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof UsageError || error instanceof ConfigError) return exitCodes.usage;
  if (!(error instanceof PlatformError)) return exitCodes.failed;
  const { cause, status } = errorCodes[error.code];
  if (cause === "credentials" || cause === "permission") return exitCodes.forbidden;
  if (cause === "not_found") return exitCodes.notFound;
  if (cause === "rate_limit") return exitCodes.rateLimited;
  if (cause === "network" || cause === "provider_outage" || error.code === "db.unavailable") return exitCodes.network;
  if (status === 409 || status === 412) return exitCodes.conflict;
  return exitCodes.failed;
}

/** An error for people: what, and what to do. */
export function describeFailure(error: unknown): string {
  if (error instanceof PlatformError) {
    const fields = (error.errors ?? []).map(({ pointer, detail }) => `\n  ${pointer || "/"}: ${detail}`).join("");
    return `${error.message}${fields}\n${errorCodes[error.code].action} (${error.code})`;
  }
  return error instanceof Error ? error.message : String(error);
}
