import type { Answer } from "#simulators/kit";

const statuses: Record<number, string> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ALREADY_EXISTS",
  412: "FAILED_PRECONDITION",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
};

/** A refusal of the Calendar API. */
export class CalendarError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly domain: string;
  constructor(status: number, reason: string, message: string, domain = "global") {
    super(message);
    this.status = status;
    this.reason = reason;
    this.domain = domain;
  }
}

export function toAnswer({ status, reason, message, domain }: CalendarError): Answer {
  const named = statuses[status] === undefined ? {} : { status: statuses[status] };
  return {
    status,
    headers: { "content-type": "application/json; charset=UTF-8" },
    body: { error: { code: status, message, errors: [{ message, domain, reason }], ...named } },
  };
}

export const notFound = () => new CalendarError(404, "notFound", "Not Found");
export const invalid = (message: string) => new CalendarError(400, "invalid", message);
export const required = (message: string) => new CalendarError(400, "required", message);
export const gone = () => new CalendarError(410, "deleted", "Resource has been deleted");
export const fullSyncRequired = () =>
  new CalendarError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.", "calendar");

/** The body of a failure that was asked for. */
export function failure(status: number): Answer {
  const known: Record<number, CalendarError> = {
    401: new CalendarError(401, "authError", "Invalid Credentials"),
    403: new CalendarError(403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
    404: notFound(),
    410: fullSyncRequired(),
    412: new CalendarError(412, "conditionNotMet", "Precondition Failed"),
    429: new CalendarError(429, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
  };
  return toAnswer(known[status] ?? new CalendarError(status, "backendError", "Backend Error"));
}
