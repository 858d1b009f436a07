/** What happens next after an error; callers switch on this and never on status numbers or message text. */
export const dispositions = ["retry", "reauthorize", "dead_letter", "reject", "halt"] as const;
export type Disposition = (typeof dispositions)[number];

/** Why it failed, in the words people see. */
export const causeClasses = [
  "credentials",
  "permission",
  "validation",
  "not_found",
  "rate_limit",
  "provider_outage",
  "network",
  "internal",
] as const;
export type CauseClass = (typeof causeClasses)[number];

/** Whose move it is. */
export type ErrorOrigin = "us" | "provider" | "tenant_config" | "caller";

/** One row of the table of error codes. */
export interface ErrorCodeEntry {
  disposition: Disposition;
  cause: CauseClass;
  origin: ErrorOrigin;
  /** The HTTP status our API answers with. */
  status: number;
  /** One sentence: what it means. */
  title: string;
  /** One sentence: what to do. */
  action: string;
}

export function entry(
  disposition: Disposition,
  cause: CauseClass,
  origin: ErrorOrigin,
  status: number,
  title: string,
  action: string,
): ErrorCodeEntry {
  return { disposition, cause, origin, status, title, action };
}
