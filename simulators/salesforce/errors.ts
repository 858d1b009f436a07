import type { Answer } from "#simulators/kit";

export interface ApiError {
  message: string;
  errorCode: string;
  fields?: string[];
  duplicateResult?: unknown;
}

/** A refusal as the REST API writes it: always a list. */
export class SalesforceError extends Error {
  readonly status: number;
  readonly errors: ApiError[];
  constructor(status: number, errors: ApiError[]) {
    super(errors[0]?.message ?? "");
    this.status = status;
    this.errors = errors;
  }
}

export function refuse(status: number, errorCode: string, message: string, fields?: string[]): SalesforceError {
  return new SalesforceError(status, [{ message, errorCode, ...(fields ? { fields } : {}) }]);
}

export const notFound = () => refuse(404, "NOT_FOUND", "The requested resource does not exist");

export const badField = (message: string) => refuse(400, "INVALID_FIELD", message);

export const malformed = (message: string) => refuse(400, "MALFORMED_QUERY", message);

export function toAnswer({ status, errors }: SalesforceError): Answer {
  return { status, body: errors };
}

/** What stands in collections, where the code has another name. */
export function toSaveErrors(errors: readonly ApiError[]) {
  return errors.map(({ errorCode, message, fields = [], duplicateResult }) => ({
    statusCode: errorCode,
    message,
    fields,
    ...(duplicateResult === undefined ? {} : { duplicateResult }),
  }));
}

/** The body of a failure that was asked for. */
export function failure(status: number): Answer {
  const known: Record<number, [code: string, message: string]> = {
    400: ["UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"],
    401: ["INVALID_SESSION_ID", "Session expired or invalid"],
    403: ["REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."],
    404: ["NOT_FOUND", "The requested resource does not exist"],
    503: ["SERVER_UNAVAILABLE", "The server is temporarily unable to handle the request."],
  };
  const [errorCode, message] = known[status] ?? ["UNKNOWN_EXCEPTION", "An unexpected error occurred."];
  return { status, body: [{ message, errorCode }] };
}
