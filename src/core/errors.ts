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

interface ErrorCodeEntry {
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

function entry(
  disposition: Disposition,
  cause: CauseClass,
  origin: ErrorOrigin,
  status: number,
  title: string,
  action: string,
): ErrorCodeEntry {
  return { disposition, cause, origin, status, title, action };
}

/** Every error code of the product. The catalogue page of the docs is written from this table. */
export const errorCodes = {
  "auth.forbidden": entry(
    "reject",
    "permission",
    "caller",
    403,
    "The key may not do this.",
    "Use a key with the scope named in the detail.",
  ),
  "auth.unauthenticated": entry(
    "reject",
    "credentials",
    "caller",
    401,
    "The key is missing or not valid.",
    "Send `Authorization: Bearer <key>` with a key that has not been revoked.",
  ),
  "call.conflict": entry(
    "reject",
    "validation",
    "caller",
    409,
    "A call with this id exists with another content.",
    "Send a new call_id, or the same body again.",
  ),
  "connect.account_mismatch": entry(
    "reject",
    "validation",
    "caller",
    409,
    "The account that signed in is not the account of this connection.",
    "Sign in with the first account, or create a new connection.",
  ),
  "connect.denied": entry(
    "reject",
    "permission",
    "caller",
    400,
    "The person refused the access at the provider.",
    "Start again and approve the request.",
  ),
  "connect.exchange_failed": entry(
    "reject",
    "credentials",
    "provider",
    502,
    "The provider refused to exchange the sign-in code.",
    "Check the client id, secret and redirect URL of the provider app, then connect again.",
  ),
  "connect.state_invalid": entry(
    "reject",
    "permission",
    "caller",
    400,
    "The sign-in answer does not belong to a sign-in that was started here.",
    "Start the connection again from the same browser.",
  ),
  "connection.clock_skew": entry(
    "reject",
    "internal",
    "us",
    500,
    "Our clock and the provider's are too far apart.",
    "Set the clock of the server, best by NTP.",
  ),
  "connection.disconnected": entry(
    "dead_letter",
    "credentials",
    "tenant_config",
    409,
    "The connection is disconnected.",
    "Connect the account again.",
  ),
  "connection.needs_reauth": entry(
    "reauthorize",
    "credentials",
    "provider",
    409,
    "The provider no longer accepts our sign-in.",
    "Reconnect this account; waiting work then continues by itself.",
  ),
  "connection.not_found": entry(
    "reject",
    "not_found",
    "caller",
    404,
    "There is no such connection.",
    "Check the connection id.",
  ),
  "connection.paused": entry("retry", "validation", "tenant_config", 409, "The connection is paused.", "Resume it."),
  "db.schema_mismatch": entry(
    "halt",
    "internal",
    "us",
    500,
    "The database does not have the schema this version expects.",
    "Run the migrations of this version; never change one that was applied.",
  ),
  "db.unavailable": entry(
    "retry",
    "internal",
    "us",
    503,
    "The database cannot be reached or cannot store.",
    "Try again; nothing was stored.",
  ),
  "idempotency.in_flight": entry(
    "retry",
    "validation",
    "caller",
    409,
    "The first request with this Idempotency-Key is still running.",
    "Repeat it in a moment.",
  ),
  "idempotency.mismatch": entry(
    "reject",
    "validation",
    "caller",
    422,
    "This Idempotency-Key was used with another body.",
    "Use a new key for a new request.",
  ),
  "internal.assumption": entry(
    "halt",
    "internal",
    "us",
    500,
    "An assumption of ours did not hold.",
    "Report the request id.",
  ),
  "internal.unexpected": entry(
    "retry",
    "internal",
    "us",
    500,
    "The request failed on our side.",
    "Try again; report the request id if it stays.",
  ),
  "lease.lost": entry("retry", "internal", "us", 503, "Another worker took over this work.", "Nothing to do."),
  "message.conflict": entry(
    "reject",
    "validation",
    "caller",
    409,
    "A message with this id exists with another content.",
    "Send a new message_id, or the same body again.",
  ),
  "provider.ambiguous": entry(
    "retry",
    "network",
    "provider",
    502,
    "The provider did not answer, so the write may or may not have happened.",
    "Nothing to do: we look before we send again.",
  ),
  "provider.app_invalid": entry(
    "retry",
    "credentials",
    "tenant_config",
    502,
    "The provider does not accept our app there.",
    "Correct the client id and secret of the provider app; waiting work then continues by itself.",
  ),
  "provider.conflict": entry(
    "dead_letter",
    "validation",
    "provider",
    409,
    "The provider holds another record with the same unique value.",
    "Merge the two records at the provider, then retry.",
  ),
  "provider.credentials_invalid": entry(
    "reauthorize",
    "credentials",
    "provider",
    409,
    "The provider does not accept the credentials.",
    "Reconnect this account.",
  ),
  "provider.malformed_answer": entry(
    "retry",
    "provider_outage",
    "provider",
    502,
    "The provider answered in a form its documents do not describe.",
    "Nothing to do at first; report it if it stays.",
  ),
  "provider.network": entry(
    "retry",
    "network",
    "provider",
    502,
    "The provider cannot be reached.",
    "Nothing to do: we keep trying.",
  ),
  "provider.not_found": entry(
    "dead_letter",
    "not_found",
    "provider",
    404,
    "The provider has no such record.",
    "Check whether it was deleted at the provider.",
  ),
  "provider.outage": entry(
    "retry",
    "provider_outage",
    "provider",
    502,
    "The provider answers with a fault of its own.",
    "Nothing to do: we keep trying and items are safe.",
  ),
  "provider.permission": entry(
    "dead_letter",
    "permission",
    "provider",
    403,
    "The provider does not permit this to our sign-in.",
    "Grant the scope named in the detail and reconnect.",
  ),
  "provider.rate_limited": entry(
    "retry",
    "rate_limit",
    "provider",
    429,
    "The provider asked us to slow down.",
    "Nothing to do: we continue when it says.",
  ),
  "provider.unknown": entry(
    "reject",
    "not_found",
    "caller",
    404,
    "There is no such provider.",
    "See GET /v1/providers for the list.",
  ),
  "provider.unreadable_record": entry(
    "dead_letter",
    "validation",
    "provider",
    502,
    "The provider holds a record in a form we cannot read.",
    "Correct the fields named in the detail at the provider, then sync again.",
  ),
  "provider.validation": entry(
    "dead_letter",
    "validation",
    "provider",
    422,
    "The provider refused the content.",
    "Correct the mapping or the record, then retry.",
  ),
  "redis.unsuited": entry(
    "halt",
    "internal",
    "us",
    503,
    "The Redis server may lose or evict what it is given.",
    "Set maxmemory-policy noeviction and appendonly yes on it, or unset REDIS_URL.",
  ),
  "request.conflict": entry(
    "reject",
    "validation",
    "caller",
    409,
    "The request does not fit what is there.",
    "See the detail for what stands in the way.",
  ),
  "request.invalid": entry(
    "reject",
    "validation",
    "caller",
    422,
    "The request does not fit its schema.",
    "See `errors` for each field.",
  ),
  "request.invalid_id": entry(
    "reject",
    "validation",
    "caller",
    404,
    "That is not an id of this kind.",
    "Check the id.",
  ),
  "request.malformed": entry(
    "reject",
    "validation",
    "caller",
    400,
    "The body is not valid JSON.",
    "Send a JSON body with Content-Type: application/json.",
  ),
  "request.method_not_allowed": entry(
    "reject",
    "not_found",
    "caller",
    405,
    "This path does not take this method.",
    "See the API reference.",
  ),
  "request.not_found": entry(
    "reject",
    "not_found",
    "caller",
    404,
    "There is no such thing here.",
    "Check the path and the id.",
  ),
  "request.precondition_failed": entry(
    "reject",
    "validation",
    "caller",
    412,
    "It was changed by somebody else since it was read.",
    "Read it again, look at the difference, then send the change with the new ETag.",
  ),
  "request.rate_limited": entry(
    "retry",
    "rate_limit",
    "caller",
    429,
    "Too many requests with this key.",
    "Wait for the seconds named in Retry-After.",
  ),
  "request.too_large": entry(
    "reject",
    "validation",
    "caller",
    413,
    "The body is larger than this route takes.",
    "Send less at once.",
  ),
  "request.too_many_streams": entry(
    "retry",
    "rate_limit",
    "caller",
    429,
    "Too many streams are open with this key.",
    "Close one, or share one stream between those who need it.",
  ),
  "request.unsupported_media_type": entry(
    "reject",
    "validation",
    "caller",
    415,
    "This route takes JSON.",
    "Send Content-Type: application/json.",
  ),
  "secret.unreadable": entry(
    "halt",
    "internal",
    "us",
    500,
    "A stored secret cannot be decrypted.",
    "Give the process the encryption key whose id the detail names.",
  ),
  "settings.invalid": entry(
    "reject",
    "validation",
    "caller",
    422,
    "The settings of the connection are not valid.",
    "See `errors` for each setting.",
  ),
  "tenant.required": entry(
    "reject",
    "validation",
    "caller",
    400,
    "This key acts for several tenants, so the request must name one.",
    "Send the Tieline-Tenant header with the tenant's id or external_id.",
  ),
  "unit.poison": entry(
    "dead_letter",
    "internal",
    "us",
    500,
    "The item was tried as often as allowed, and no try came to an end.",
    "Look at the log for what ended the process, then retry the item.",
  ),
  "webhook.signature_invalid": entry(
    "reject",
    "credentials",
    "caller",
    401,
    "The signature does not fit the body.",
    "Check the webhook secret of the connection.",
  ),
  "webhook.signature_missing": entry(
    "reject",
    "credentials",
    "caller",
    401,
    "The webhook carries no signature, or the connection has no secret.",
    "Send the provider's signature header; set the webhook secret of the connection.",
  ),
  "webhook.timestamp_stale": entry(
    "reject",
    "credentials",
    "caller",
    401,
    "The webhook's timestamp is outside the accepted window.",
    "Check the sender's clock; replays are refused.",
  ),
  "webhook.unknown_key": entry(
    "reject",
    "not_found",
    "caller",
    404,
    "No connection listens at this webhook address.",
    "Copy the address from the connection's page again.",
  ),
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
