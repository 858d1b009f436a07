import type { ClientCredentialsStrategy, Connector, OAuth2Strategy } from "#connector-kit";
import { PlatformError } from "#core";
import type { ProviderApp, Providers } from "./config.ts";
import { type Http, type HttpAnswer, HttpFailure } from "./http.ts";
import { toProviderUrl } from "./provider-url.ts";

/** What a token endpoint answered. */
export interface TokenAnswer {
  accessToken: string;
  /** Null when the answer names none: the one in use stays. */
  refreshToken: string | null;
  expiresAt: number | null;
  scopes: string[] | null;
  /** The whole answer, for what a provider adds about the account. */
  raw: Record<string, unknown>;
}

/** A request to a token endpoint, as plain data: another process may send it. */
export interface TokenRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

const tokenTimeoutMs = 15_000;

export function toOAuthRequest(
  providers: Providers,
  connector: Connector,
  strategy: OAuth2Strategy,
  app: ProviderApp,
  grant: Record<string, string>,
): TokenRequest {
  const url = toProviderUrl(providers.base(connector, strategy.tokenHost ?? "api"), strategy.tokenPath).href;
  const client = { client_id: app.clientId, client_secret: app.clientSecret };
  const accept = { accept: "application/json" };
  if (strategy.clientAuth === "json") {
    return {
      url,
      headers: { ...accept, "content-type": "application/json" },
      body: JSON.stringify({ ...grant, ...client }),
    };
  }
  const headers: Record<string, string> = { ...accept, "content-type": "application/x-www-form-urlencoded" };
  if (strategy.clientAuth === "form")
    return { url, headers, body: new URLSearchParams({ ...grant, ...client }).toString() };
  // RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
  const joined = [app.clientId, app.clientSecret].map((part) => encodeURIComponent(part)).join(":");
  headers.authorization = `Basic ${Buffer.from(joined).toString("base64")}`;
  return { url, headers, body: new URLSearchParams(grant).toString() };
}

export function toClientCredentialsRequest(
  providers: Providers,
  connector: Connector,
  strategy: ClientCredentialsStrategy,
  fields: Record<string, string>,
): TokenRequest {
  return {
    url: toProviderUrl(providers.base(connector, strategy.tokenHost ?? "api"), strategy.tokenPath).href,
    headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(strategy.form(fields)).toString(),
  };
}

/**
 * Asks a token endpoint. Throws `provider.credentials_invalid` when it refuses the grant for good (`invalid_grant`),
 * `provider.app_invalid` when the app is the problem, `provider.ambiguous` when nobody knows whether it answered, `provider.rate_limited`, `provider.outage`
 * and `provider.network`. The provider's text stays out of the message: some repeat the token in it.
 */
export async function askForToken(http: Http, request: TokenRequest, nowMs: number): Promise<TokenAnswer> {
  let answer: HttpAnswer;
  try {
    answer = await http.send({ method: "POST", ...request, url: new URL(request.url), timeoutMs: tokenTimeoutMs });
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const code = error.mayHaveArrived ? "provider.ambiguous" : "provider.network";
    throw new PlatformError(code, `The provider's token endpoint gave no answer: ${error.message}.`, { cause: error });
  }
  const body = typeof answer.body === "object" && answer.body !== null ? (answer.body as Record<string, unknown>) : {};
  if (answer.status >= 200 && answer.status < 300 && typeof body.access_token === "string")
    return toAnswer(body, nowMs);
  throw toRefusal(answer, body);
}

function toAnswer(body: Record<string, unknown>, nowMs: number): TokenAnswer {
  const scopes =
    typeof body.scope === "string" ? body.scope.split(/[\s,]+/) : Array.isArray(body.scopes) ? body.scopes : null;
  return {
    accessToken: body.access_token as string,
    refreshToken: typeof body.refresh_token === "string" && body.refresh_token !== "" ? body.refresh_token : null,
    expiresAt: expiryOf(body, nowMs),
    scopes: scopes?.filter((scope): scope is string => typeof scope === "string" && scope !== "") ?? null,
    raw: body,
  };
}

function expiryOf(body: Record<string, unknown>, nowMs: number): number | null {
  const seconds = Number(body.expires_in ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds > 0) return nowMs + seconds * 1_000;
  // Jobber: "2026-03-02 15:00:00 UTC" (https://developer.getjobber.com/docs/building_your_app/refresh_token_rotation)
  const at = typeof body.expires_at === "string" ? Date.parse(body.expires_at) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

// RFC 6749, 5.2: not about this grant, so nobody has to sign in again once the app is set right.
const appProblems = new Set([
  "invalid_client",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_request",
  "invalid_scope",
]);

function toRefusal({ status, headers }: HttpAnswer, body: Record<string, unknown>): PlatformError {
  const oauthCode = typeof body.error === "string" && /^[a-z_]{1,40}$/.test(body.error) ? body.error : undefined;
  const provider = { status, ...(oauthCode !== undefined && { code: oauthCode }) };
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {};
  if (status === 429) {
    return new PlatformError("provider.rate_limited", "The provider's token endpoint asks us to slow down.", {
      provider,
      ...retryAfterMs,
    });
  }
  const said = oauthCode ? `${oauthCode} (${status})` : `${status}`;
  const isRefusal = status === 400 || status === 401 || status === 403;
  if (status >= 500 || (status >= 400 && !isRefusal)) {
    return new PlatformError("provider.outage", `The provider's token endpoint answered ${said}.`, {
      provider,
      ...retryAfterMs,
    });
  }
  if (oauthCode && appProblems.has(oauthCode)) {
    return new PlatformError("provider.app_invalid", `The provider's token endpoint refused our app: ${said}.`, {
      provider,
    });
  }
  if (isRefusal) {
    return new PlatformError("provider.credentials_invalid", `The provider's token endpoint refused: ${said}.`, {
      provider,
    });
  }
  return new PlatformError(
    "provider.malformed_answer",
    `The provider's token endpoint answered ${status} without a token.`,
    { provider },
  );
}
