import { connectionErrors } from "./error-codes/connections.ts";
import type { CauseClass, Disposition, ErrorCodeEntry } from "./error-codes/entry.ts";
import { ourErrors } from "./error-codes/ours.ts";
import { providerErrors } from "./error-codes/providers.ts";
import { requestErrors } from "./error-codes/requests.ts";

export {
  type CauseClass,
  causeClasses,
  type Disposition,
  dispositions,
  type ErrorOrigin,
} from "./error-codes/entry.ts";

/** Every error code of the product, by the folder error-codes. The catalogue page of the docs is written from this table. */
export const errorCodes = {
  ...requestErrors,
  ...connectionErrors,
  ...providerErrors,
  ...ourErrors,
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof errorCodes;

/** One field that is wrong, by JSON pointer. */
export interface FieldError {
  pointer: string;
  code: string;
  detail: string;
}

export interface ErrorDetails {
  cause?: unknown;
  /** When to try again, in milliseconds from now, where somebody said so. */
  retryAfterMs?: number;
  errors?: FieldError[];
  /** Safe facts about the provider's answer: never tokens, never personal data. */
  provider?: { id?: string; status?: number; code?: string; requestId?: string };
}

/** The one error class. `detail` is for people: what, why and what to do, without payloads, tokens or personal data. */
export class PlatformError extends Error {
  override readonly name = "PlatformError";
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly errors: FieldError[] | undefined;
  readonly provider: ErrorDetails["provider"];

  constructor(code: ErrorCode, detail: string, details: ErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryAfterMs = details.retryAfterMs;
    this.errors = details.errors;
    this.provider = details.provider;
  }

  get disposition(): Disposition {
    return errorCodes[this.code].disposition;
  }

  get causeClass(): CauseClass {
    return errorCodes[this.code].cause;
  }
}

/** Any thrown value as a PlatformError: our own as it is, everything else as `internal.unexpected` with its cause kept. */
export function toPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  return new PlatformError("internal.unexpected", error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
