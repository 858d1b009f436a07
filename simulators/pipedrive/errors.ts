import type { Answer } from "#simulators/kit";

/** One bad value: where it was, and why. */
export interface Problem {
  fieldCode: string;
  message: string;
}

/** Thrown by handlers; answered with the body that Pipedrive sends. */
export class PipedriveError extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;
  constructor(status: number, error: string, extra: Record<string, unknown> = {}) {
    super(error);
    this.status = status;
    this.body = {
      success: false,
      error,
      error_info: "Please check developers.pipedrive.com for more information about Pipedrive API.",
      data: null,
      additional_data: null,
      ...extra,
    };
  }
}

/** The same error in another form: webhooks and users have their own. */
export class PlainError extends PipedriveError {
  override readonly body: Record<string, unknown>;
  constructor(status: number, body: Record<string, unknown>) {
    super(status, String(body.error ?? body.message ?? "refused"));
    this.body = body;
  }
}

export function unauthorized(): Answer {
  return {
    status: 401,
    headers: { "x-401-by-gw": "1" },
    body: {
      success: false,
      error: "unauthorized access",
      errorCode: 401,
      error_info: "Please check developers.pipedrive.com",
    },
  };
}

export function invalid(problems: readonly Problem[]): PipedriveError {
  const listed = problems.map(({ fieldCode, message }) => `${fieldCode}: ${message}`).join("; ");
  return new PipedriveError(400, `Validation failed: ${listed}`, { code: "ERR_SCHEMA_VALIDATION_FAILED" });
}

export function badParameter(name: string, message: string): PipedriveError {
  return invalid([{ fieldCode: name, message }]);
}

export function notFound(what: string): PipedriveError {
  return new PipedriveError(404, `${what} not found`, { error_info: "Object was not found." });
}

export function gone(what: string): PipedriveError {
  return new PipedriveError(410, `${what} is deleted`, { error_info: "Object is gone." });
}
