import { type Answer, createConsent, type Exchange, OAuthProblem, readBearer, readForm } from "#simulators/kit";
import { allScopes } from "../options.ts";
import type { World } from "../world.ts";

/** What the link to the consent page asked for, until its code is used. */
interface Asked {
  offline: boolean;
  consents: boolean;
  keepsEarlier: boolean;
}

const weekMs = 7 * 86_400_000;

/** Sign-in: accounts.google.com and oauth2.googleapis.com on one address. */
export function oauthRoutes(world: World) {
  const { oauth, base } = world;
  const asked = new Map<string, Asked>();
  const consent = createConsent({
    oauth,
    providerName: "Google",
    accounts: () => [...world.accounts.values()].map(({ email, name }) => ({ id: email, name, userId: email })),
    refuseScopes: (_app, scopes) => {
      const unknown = scopes.find((scope) => !allScopes.includes(scope));
      if (unknown !== undefined) return `Error 400: invalid_scope: ${unknown}`;
      return scopes.length === 0 ? "Error 400: invalid_request: Missing required parameter: scope" : undefined;
    },
  });

  return (exchange: Exchange): Answer | undefined => {
    const route = `${exchange.method} ${exchange.path}`;
    if (route === "GET /o/oauth2/v2/auth") return authorize(exchange.query);
    if (route === "POST /o/oauth2/v2/auth") return decide(readForm(exchange));
    if (route === "POST /token") return token(exchange);
    if (route === "POST /revoke") return revoke(exchange);
    if (exchange.path === "/tokeninfo") return tokenInfo(exchange);
    return undefined;
  };

  function authorize(query: URLSearchParams): Answer {
    if (query.get("response_type") !== "code") {
      return { status: 400, body: "Error 400: invalid_request: Required parameter is missing: response_type" };
    }
    return consent.show(query);
  }

  function decide(form: URLSearchParams): Answer {
    const answer = consent.decide(form);
    const target = answer.headers?.location === undefined ? undefined : new URL(answer.headers.location);
    const code = target?.searchParams.get("code");
    if (!target || !code) return answer;
    target.searchParams.set("scope", granted((form.get("scope") ?? "").split(/\s+/)).join(" "));
    asked.set(code, {
      offline: form.get("access_type") === "offline",
      consents: (form.get("prompt") ?? "").split(" ").includes("consent"),
      keepsEarlier: form.get("include_granted_scopes") === "true",
    });
    return { ...answer, headers: { ...answer.headers, location: target.href } };
  }

  /** What is left when the person has unticked some boxes. */
  function granted(scopes: readonly string[]): string[] {
    return scopes.filter((scope) => !world.unticked.has(scope));
  }

  function token(exchange: Exchange): Answer {
    try {
      return exchangeToken(readForm(exchange), exchange.headers.authorization);
    } catch (error) {
      if (!(error instanceof OAuthProblem)) throw error;
      const [status, code, description] = named(error);
      return { status, body: { error: code, error_description: description } };
    }
  }

  function exchangeToken(form: URLSearchParams, authorization: string | undefined): Answer {
    const isFirst = form.get("grant_type") === "authorization_code";
    const held = oauth.refreshToken(form.get("refresh_token") ?? "")?.grant;
    if (held && world.isTesting(held.clientId) && base.clock.now() - world.grantedAt(held) >= weekMs) {
      oauth.revokeGrants((grant) => grant === held);
    }
    const { grant, accessToken, refreshToken, expiresInSeconds } = oauth.exchange(form, authorization);
    const answer = { access_token: accessToken, expires_in: expiresInSeconds, token_type: "Bearer" };
    if (!isFirst) return { status: 200, body: { ...answer, scope: grant.scopes.join(" ") } };
    const wish = asked.get(form.get("code") ?? "");
    asked.delete(form.get("code") ?? "");
    const earlier = world.standing(grant.clientId, grant.accountId);
    const before = wish?.keepsEarlier ? (earlier?.scopes ?? []) : [];
    grant.scopes = [...new Set([...granted(grant.scopes), ...before])];
    world.remember(grant);
    // Only the first consent brings a refresh token, unless the link asks for consent again.
    const brings = wish?.offline === true && (earlier === undefined || wish.consents);
    const body = { ...answer, scope: grant.scopes.join(" "), ...(brings ? { refresh_token: refreshToken } : {}) };
    return { status: 200, body };
  }

  // Either kind of token ends the whole grant.
  function revoke(exchange: Exchange): Answer {
    const value = exchange.query.get("token") ?? readForm(exchange).get("token") ?? "";
    const access = oauth.accessToken(value);
    const found = access ?? oauth.refreshToken(value);
    if (!found || found.grant.revoked) {
      return { status: 400, body: { error: "invalid_token", error_description: "Token expired or revoked" } };
    }
    const { clientId, accountId } = found.grant;
    oauth.revokeGrants((grant) => grant.clientId === clientId && grant.accountId === accountId);
    return { status: 200, body: {} };
  }

  function tokenInfo(exchange: Exchange): Answer {
    const sent = exchange.query.get("access_token") ?? readForm(exchange).get("access_token");
    const value = sent ?? readBearer(exchange) ?? "";
    const access = oauth.accessToken(value);
    if (!access || access.revoked || access.grant.revoked || access.expiresAt <= base.clock.now()) {
      return { status: 400, body: { error: "invalid_token", error_description: "Invalid Value" } };
    }
    const { clientId, accountId, scopes } = access.grant;
    const expires_in = String(Math.floor((access.expiresAt - base.clock.now()) / 1_000));
    return {
      status: 200,
      body: { azp: clientId, aud: clientId, scope: scopes.join(" "), expires_in, email: accountId },
    };
  }
}

/** Google's own words for what the token endpoint refuses. */
function named({ code, message }: OAuthProblem): [status: number, code: string, description: string] {
  if (code === "invalid_client") return [401, code, "Unauthorized"];
  if (code === "unsupported_grant_type") return [400, code, "Invalid grant_type"];
  if (message.includes("redirect_uri")) return [400, "redirect_uri_mismatch", "Bad Request"];
  if (message.includes("code_verifier")) return [400, code, "Invalid code verifier."];
  if (message.includes("auth code")) return [400, code, "Bad Request"];
  return [400, code, "Token has been expired or revoked."];
}
