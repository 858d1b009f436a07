import type { Answer } from "#simulators/kit";

/** Thrown by handlers; answered with the body that HighLevel sends. */
export class GoHighLevelError extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;
  constructor(status: number, message: string | string[], extra: Record<string, unknown> = {}) {
    super(String(message));
    this.status = status;
    this.body = { statusCode: status, message, ...extra };
  }
}

export function bad(message: string, extra: Record<string, unknown> = { error: "Bad Request" }): GoHighLevelError {
  return new GoHighLevelError(400, message, extra);
}

/** What is missing arrives as 400, with the id in the text. */
export function missing(what: string, id: string): GoHighLevelError {
  return bad(`${what} with id ${id} not found`);
}

/** Here the message is a list, everywhere else a text. */
export function unprocessable(messages: string[]): GoHighLevelError {
  return new GoHighLevelError(422, messages, { error: "Unprocessable Entity" });
}

export function unauthorized(message: string): GoHighLevelError {
  return new GoHighLevelError(401, message, { error: "Unauthorized" });
}

export function otherLocation(): GoHighLevelError {
  return new GoHighLevelError(403, "The token does not have access to this location.", { error: "Forbidden" });
}

export function toAnswer(error: GoHighLevelError, traceId: string): Answer {
  return { status: error.status, body: { ...error.body, traceId } };
}
