import { type ProviderFailure, retryAfterMs, serverFault } from "#connector-kit";
import { PlatformError } from "#core";

const throttledMs = 30_000; // Zapier documents no Retry-After, and counts in spans of five minutes

/** What a failed answer of a hook means. */
export function classify(failure: ProviderFailure): PlatformError {
  const { status, headers } = failure;
  const provider = { id: "zapier", status };
  if (status === 429) {
    const wait = retryAfterMs(headers) ?? throttledMs;
    return new PlatformError("provider.rate_limited", "Zapier asked us to slow down.", {
      retryAfterMs: wait,
      provider,
    });
  }
  if (status >= 500) return serverFault("Zapier", failure, { provider });
  // The URL is the credential: a hook that is gone is one that somebody has to replace. Until then its calls wait.
  if ([401, 403, 404, 410].includes(status)) {
    const detail = "The Zap's hook is gone. Copy the webhook URL of a new trigger, then reconnect.";
    return new PlatformError("provider.credentials_invalid", detail, { provider });
  }
  if (status < 400) {
    return new PlatformError("provider.malformed_answer", "Zapier answered with a redirect, which we do not follow.", {
      provider,
    });
  }
  return new PlatformError("provider.validation", "Zapier refused the payload.", { provider });
}
