import pino, { type Logger } from "pino";

/** Field names whose values never belong in a log, wherever they stand. */
const secretFields = [
  "authorization",
  "cookie",
  "password",
  "secret",
  "access_token",
  "refresh_token",
  "api_key",
  "token",
];

/** JSON lines on the error stream: the output stream is for data. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
      redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}

/** An error without what drivers hang on it: a database error's `detail` quotes the row. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as Error & { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(code !== undefined && { code }),
    stack: error.stack,
    ...(error.cause !== undefined && depth < 3 && { cause: describeError(error.cause, depth + 1) }),
  };
}
