import { z } from "zod";
import { type ProviderFailure, retryAfterMs, serverFault } from "#connector-kit";
import { type ErrorCode, PlatformError } from "#core";

/** Every field is optional: HubSpot says so, and the body of an edge fault may be anything. */
const ErrorDetail = z.object({
  code: z.string().optional(),
  message: z.string().optional(),
  context: z.record(z.string(), z.array(z.string())).optional().catch(undefined),
});
export const HubSpotError = z.object({
  category: z.string().optional().catch(undefined),
  message: z.string().default("").catch(""),
  policyName: z.string().optional().catch(undefined),
  correlationId: z.string().optional().catch(undefined),
  context: z.record(z.string(), z.array(z.string())).optional().catch(undefined),
  errors: z.array(ErrorDetail).optional().catch(undefined),
});
export type HubSpotError = z.infer<typeof HubSpotError>;

const byStatus: Record<number, ErrorCode> = {
  401: "provider.credentials_invalid",
  403: "provider.permission",
  404: "provider.not_found",
  409: "provider.conflict",
};
const byCategory: Record<string, ErrorCode> = {
  INVALID_AUTHENTICATION: "provider.credentials_invalid",
  EXPIRED_AUTHENTICATION: "provider.credentials_invalid",
  MISSING_SCOPES: "provider.permission",
  OBJECT_NOT_FOUND: "provider.not_found",
  CONFLICT: "provider.conflict",
  RATE_LIMITS: "provider.rate_limited",
};

const lockedMs = 2_000; // "locks last 2 seconds": developers.hubspot.com/docs/api-reference/error-handling
const dailyMs = 15 * 60_000; // the counter resets at the account's midnight, which the answer does not name: ask again now and then

/** What a failed answer of HubSpot means. */
export function classify(failure: ProviderFailure): PlatformError {
  const { status, headers, body, intervalMs } = failure;
  const error = parseError(body);
  const provider = facts(status, error);
  if (status === 429) {
    const wait = retryAfterMs(headers) ?? (/DAILY/i.test(error.policyName ?? "") ? dailyMs : intervalMs);
    return new PlatformError(
      "provider.rate_limited",
      `HubSpot's limit is used up (${error.policyName ?? "no policy named"}).`,
      {
        retryAfterMs: wait,
        provider,
      },
    );
  }
  if (status === 423) {
    return new PlatformError("provider.rate_limited", "HubSpot has locked the records for a moment.", {
      retryAfterMs: retryAfterMs(headers) ?? lockedMs,
      provider,
    });
  }
  // 477: the account is moving between data centres, with Retry-After.
  if (status === 477 || status >= 500) return serverFault("HubSpot", failure, { provider });
  return toPlatformError(status, error);
}

/** A refusal, of a whole request or of one input of a batch, as our error. Says which properties are at fault, never their values. */
export function toPlatformError(status: number, error: HubSpotError): PlatformError {
  const code = byStatus[status] ?? byCategory[error.category ?? ""] ?? "provider.validation";
  const details = { provider: facts(status, error) };
  switch (code) {
    case "provider.credentials_invalid":
      return new PlatformError(code, "HubSpot does not accept the token.", details);
    case "provider.permission": {
      const scopes = contexts(error).flatMap(
        (context) => context.requiredGranularScopes ?? context.missingScopes ?? [],
      );
      const named = scopes.length > 0 ? `: ${[...new Set(scopes)].join(", ")}` : "";
      return new PlatformError(code, `HubSpot asks for a scope that the connection lacks${named}.`, details);
    }
    case "provider.not_found":
      return new PlatformError(code, "HubSpot has no such record.", details);
    case "provider.conflict":
      return new PlatformError(code, "HubSpot has another record with the same unique value.", details);
    case "provider.rate_limited":
      return new PlatformError(code, "HubSpot's limit is used up.", details);
    default: {
      const reasons = refusals(error);
      const named = reasons.length > 0 ? `: ${reasons.join(", ")}` : "";
      return new PlatformError(code, `HubSpot refused the content${named}.`, details);
    }
  }
}

export function parseError(body: unknown): HubSpotError {
  return HubSpotError.catch({ message: "" }).parse(body);
}

/** The record that already holds the unique value, named in the context or only in the text. */
export function existingId(error: HubSpotError): string | null {
  return (
    error.context?.existingId?.[0] ??
    /Existing ID: (\d+)/i.exec(error.message)?.[1] ??
    /\b(\d+) already has that value/i.exec(error.message)?.[1] ??
    null
  );
}

/** Whether a refusal is about a unique value that another record holds. */
export function isConflict(error: HubSpotError): boolean {
  return error.category === "CONFLICT" || /CONFLICTING_UNIQUE_VALUE|already has that value/i.test(error.message);
}

function refusals(error: HubSpotError): string[] {
  const listed = (error.errors ?? []).map(({ code, context }) => {
    const properties = context?.propertyName?.join(", ");
    return [code, properties && `(${properties})`].filter(Boolean).join(" ");
  });
  // The object API puts its list, as JSON, into the message: [{"error":"INVALID_OPTION","name":"custom_field",…}]
  const inText = [...error.message.matchAll(/"error":"(\w+)"[^{}]*?"name":"(\w+)"/g)].map(
    ([, code, property]) => `${code} (${property})`,
  );
  return [...new Set([...listed, ...inText])].filter((reason) => reason !== "").slice(0, 5);
}

function contexts(error: HubSpotError): Record<string, string[]>[] {
  return [error.context, ...(error.errors ?? []).map(({ context }) => context)].filter(
    (context) => context !== undefined,
  );
}

function facts(status: number, error: HubSpotError) {
  const code = error.policyName ?? error.errors?.[0]?.code ?? error.category;
  return {
    id: "hubspot",
    status,
    ...(code === undefined ? {} : { code }),
    ...(error.correlationId === undefined ? {} : { requestId: error.correlationId }),
  };
}
