import { type ErrorDetails, PlatformError } from "#core";
import type { ProviderFailure } from "./api.ts";

/** `Retry-After` in milliseconds, from seconds or from a date (measured against the answer's own Date). Undefined when absent or unreadable. */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const waitMs = Date.parse(value) - Date.parse(headers.get("date") ?? "");
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}

/**
 * A fault on the provider's side. After a read that is an outage; a write may have happened before the fault, so
 * nobody knows: `provider.ambiguous`.
 */
export function serverFault(name: string, failure: ProviderFailure, details: ErrorDetails = {}): PlatformError {
  const wait = retryAfterMs(failure.headers) ?? details.retryAfterMs;
  const code = failure.request.effect === "write" ? "provider.ambiguous" : "provider.outage";
  return new PlatformError(code, `${name} answered ${failure.status}.`, {
    ...details,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

/** An answer we cannot read. After a write that means nobody knows what happened. */
export function unreadableAnswer(name: string, effect: "read" | "write", cause?: unknown): PlatformError {
  const code = effect === "write" ? "provider.ambiguous" : "provider.malformed_answer";
  return new PlatformError(code, `${name} answered in a form its documents do not describe.`, { cause });
}
