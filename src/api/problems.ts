import type { z } from "zod";
import { errorCodes, type FieldError, PlatformError, toPlatformError } from "#core";
import type { Problem } from "./contract/common.ts";

/** A thrown value as the RFC 9457 answer. What we did not expect is told to the log and not to the caller. */
export function toProblem(error: unknown, request: { id: string; url: string }): Problem {
  const failure = fromHttpServer(error) ?? toPlatformError(error);
  const entry = errorCodes[failure.code];
  const isOurs = entry.status >= 500 && entry.origin === "us";
  const { provider } = failure;
  return {
    type: `/docs/errors/${failure.code}`,
    title: entry.title,
    status: entry.status,
    detail: isOurs ? entry.title : failure.message,
    instance: request.url.split("?", 1)[0] as string,
    code: failure.code,
    request_id: request.id,
    cause_class: entry.cause,
    retryable: entry.disposition === "retry",
    action: entry.action,
    ...(failure.retryAfterMs !== undefined && { retry_after: Math.max(1, Math.ceil(failure.retryAfterMs / 1000)) }),
    ...(failure.errors && { errors: failure.errors }),
    ...(provider && {
      provider: {
        ...(provider.id !== undefined && { id: provider.id }),
        ...(provider.status !== undefined && { status: provider.status }),
        ...(provider.code !== undefined && { code: provider.code }),
        ...(provider.requestId !== undefined && { request_id: provider.requestId }),
      },
    }),
  };
}

/** The errors that Fastify itself raises while it reads a request. */
function fromHttpServer(error: unknown): PlatformError | null {
  if (error instanceof PlatformError || !(error instanceof Error)) return null;
  const { code, statusCode } = error as Error & { code?: string; statusCode?: number };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE" || statusCode === 413)
    return new PlatformError("request.too_large", "The body is larger than this route takes.");
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE" || statusCode === 415)
    return new PlatformError(
      "request.unsupported_media_type",
      "Send the body as JSON, with Content-Type: application/json.",
    );
  if (code?.startsWith("FST_ERR_CTP_") || (statusCode !== undefined && statusCode >= 400 && statusCode < 500))
    return new PlatformError("request.malformed", "The request could not be read.");
  return null;
}

/** What zod found, as the list of a problem answer. `at` says where the value stands: "" for the body, "?" for the query. */
export function toFieldErrors(issues: readonly z.core.$ZodIssue[], at = ""): FieldError[] {
  return issues.slice(0, 50).map((issue) => ({
    pointer:
      at === "?" ? `?${issue.path.join(".")}` : `${at}${issue.path.map((part) => `/${pointerPart(part)}`).join("")}`,
    code: issue.code,
    detail: issue.message,
  }));
}

function pointerPart(part: PropertyKey): string {
  return String(part).replaceAll("~", "~0").replaceAll("/", "~1");
}
