import { type ProviderFailure, retryAfterMs, serverFault } from "#connector-kit";
import { type ErrorCode, PlatformError } from "#core";

const refusals: Record<number, [code: ErrorCode, detail: string]> = {
  401: ["provider.credentials_invalid", "Retell does not accept the API key."],
  // The trial is over or a payment failed: nothing that trying again would change, and the same for every call.
  402: ["provider.permission", "Retell asks for a payment; see the billing page of the workspace."],
  403: ["provider.permission", "Retell does not permit this to the API key."],
  404: ["provider.not_found", "Retell has no such object."],
  // Also "not found under this key": an unknown call id answers 422.
  422: ["provider.not_found", "Retell has no such object under this key, or cannot process it."],
  409: ["provider.conflict", "Retell reports a conflict."],
};

/** What a failed answer of Retell means. */
export function classify(failure: ProviderFailure): PlatformError {
  const { status, headers, intervalMs } = failure;
  const provider = { id: "retell", status };
  if (status === 429) {
    const wait = milliseconds(headers) ?? retryAfterMs(headers) ?? intervalMs;
    return new PlatformError("provider.rate_limited", "Retell asked us to slow down.", {
      retryAfterMs: wait,
      provider,
    });
  }
  if (status >= 500) return serverFault("Retell", failure, { provider });
  const [code, detail] = refusals[status] ?? ["provider.validation", "Retell refused the request."];
  return new PlatformError(code, detail, { provider });
}

/** `retry-after-ms`, which Retell's own SDK honours first. */
function milliseconds(headers: Headers): number | undefined {
  const value = headers.get("retry-after-ms") ?? "";
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
