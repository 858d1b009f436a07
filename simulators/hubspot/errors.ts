import type { Answer } from "#simulators/kit";

/** One entry of `errors` in HubSpot's error body. */
export interface ErrorDetail {
  message: string;
  code?: string;
  in?: string;
  subCategory?: string;
  context?: Record<string, string[]>;
}

interface ErrorFields {
  category?: string;
  subCategory?: string;
  errors?: ErrorDetail[];
  context?: Record<string, string[]>;
  links?: Record<string, string>;
}

/** Thrown by handlers; answered as HubSpot's own error body. */
export class HubSpotError extends Error {
  readonly status: number;
  readonly fields: ErrorFields;
  constructor(status: number, message: string, fields: ErrorFields = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

export function toAnswer(error: HubSpotError, correlationId: string): Answer {
  return { status: error.status, body: { status: "error", message: error.message, correlationId, ...error.fields } };
}

/** The same error as one entry of a 207 answer. */
export function toBatchError(error: HubSpotError, objectWriteTraceId?: string) {
  const { category = "VALIDATION_ERROR", context = {}, errors = [], links = {}, subCategory } = error.fields;
  return {
    status: "error",
    category,
    message: error.message,
    context: objectWriteTraceId === undefined ? context : { ...context, objectWriteTraceId: [objectWriteTraceId] },
    errors,
    links,
    ...(subCategory === undefined ? {} : { subCategory }),
  };
}

export function invalid(message: string, errors?: ErrorDetail[]): HubSpotError {
  return new HubSpotError(400, message, { category: "VALIDATION_ERROR", ...(errors ? { errors } : {}) });
}

export function notFound(message = "resource not found"): HubSpotError {
  return new HubSpotError(404, message, { category: "OBJECT_NOT_FOUND" });
}

export interface PropertyProblem {
  name: string;
  message: string;
  code: string;
}

/** The body seen live for bad property values: the list once as text, once as `errors`. */
export function invalidProperties(problems: PropertyProblem[]): HubSpotError {
  const listed = problems.map(({ name, message, code }) => ({
    isValid: false,
    message,
    error: code,
    name,
    localizedErrorMessage: message,
  }));
  return invalid(
    `Property values were not valid: ${JSON.stringify(listed)}`,
    problems.map(({ name, message, code }) => ({ message, code, context: { propertyName: [name] } })),
  );
}
