import { createHmac } from "node:crypto";
import { type Answer, createConsent, type Exchange, OAuthProblem, readForm } from "#simulators/kit";
import type { OpenRoutes } from "../api.ts";
import { refuse } from "../errors.ts";
import { unknownScope, type World } from "../world.ts";

type Kind = "production" | "sandbox";

/** Sign-in, on the production host and, below `/sandbox`, on the one for sandboxes. */
export function oauthRoutes(world: World): OpenRoutes {
  const { oauth, base } = world;
  const consents = { production: consentFor("production"), sandbox: consentFor("sandbox") };

  return (exchange) => {
    const isSandbox = exchange.path.startsWith("/sandbox/");
    const kind: Kind = isSandbox ? "sandbox" : "production";
    const path = isSandbox ? exchange.path.slice("/sandbox".length) : exchange.path;
    const route = `${exchange.method} ${path}`;
    if (route === "GET /services/oauth2/authorize") return authorize(exchange, kind);
    if (route === "POST /services/oauth2/authorize") return consents[kind].decide(readForm(exchange));
    if (route === "POST /services/oauth2/token") return guarded(() => token(exchange, kind));
    if (route === "POST /services/oauth2/introspect") return guarded(() => introspect(exchange));
    if (path === "/services/oauth2/revoke") return revoke(exchange);
    if (path === "/services/oauth2/userinfo") return userinfo(exchange, kind);
    if (path.startsWith("/id/")) return userinfo(exchange, kind, path);
    return isSandbox ? { status: 404, body: "Not found" } : undefined;
  };

  function consentFor(kind: Kind) {
    return createConsent({
      oauth,
      providerName: kind === "sandbox" ? "Salesforce (sandbox)" : "Salesforce",
      accounts: () =>
        [...world.orgs.values()]
          .filter((org) => org.kind === kind)
          .map((org) => ({ id: org.id, name: org.name, userId: world.userOf(org) })),
      refuseScopes: (app, scopes) => {
        const wrong = unknownScope(scopes) ?? scopes.find((scope) => !app.scopes.includes(scope));
        return wrong === undefined ? undefined : `invalid_scope: the requested scope ${wrong} is not allowed.`;
      },
    });
  }

  function authorize({ query }: Exchange, kind: Kind): Answer {
    if (query.get("response_type") !== "code") {
      const body = "error=unsupported_response_type&error_description=response type not supported";
      return { status: 400, body };
    }
    // S256 is the only method there is, and official clients leave its name out.
    if (query.has("code_challenge") && !query.has("code_challenge_method")) query.set("code_challenge_method", "S256");
    return consents[kind].show(query);
  }

  function token(exchange: Exchange, kind: Kind): Answer {
    const form = readForm(exchange);
    const given = oauth.refreshToken(form.get("refresh_token") ?? "")?.grant;
    if (given && world.org(given.accountId).kind !== kind) throw expired();
    if (given && !canRefresh(given.scopes)) throw expired();
    const tokens = oauth.exchange(form, exchange.headers.authorization);
    const { grant, accessToken } = tokens;
    const org = world.org(grant.accountId);
    if (org.kind !== kind) {
      oauth.revokeGrants((one) => one === grant);
      throw expired();
    }
    if (grant.scopes.length === 0) grant.scopes.push(...(oauth.app(grant.clientId)?.scopes ?? []));
    const isFirst = form.get("grant_type") === "authorization_code";
    if (isFirst) world.approve(grant);
    const sendsRefresh = canRefresh(grant.scopes) && (isFirst || world.settings.refreshTokens === "single-use");
    const id = identityUrl(kind, grant.accountId, grant.userId);
    const issuedAt = String(base.clock.now());
    const secret = oauth.app(grant.clientId)?.clientSecret ?? "";
    return {
      status: 200,
      headers: { "cache-control": "no-cache, no-store" },
      body: {
        access_token: accessToken,
        ...(sendsRefresh ? { refresh_token: tokens.refreshToken } : {}),
        signature: createHmac("sha256", secret).update(`${id}${issuedAt}`).digest("base64"),
        scope: grant.scopes.join(" "),
        instance_url: org.instanceUrl ?? base.url(),
        id,
        token_type: "Bearer",
        issued_at: issuedAt,
      },
    };
  }

  function introspect(exchange: Exchange): Answer {
    const form = readForm(exchange);
    const app = oauth.authenticate(form, exchange.headers.authorization);
    const value = form.get("token") ?? "";
    const access = oauth.accessToken(value);
    const refresh = oauth.refreshToken(value);
    const grant = access?.grant ?? refresh?.grant;
    const isLive = access ? !access.revoked && access.expiresAt > base.clock.now() : (refresh?.live ?? false);
    if (!grant || grant.revoked || grant.clientId !== app.clientId || !isLive) {
      return { status: 200, body: { active: false } };
    }
    const exp = access && Math.floor(access.expiresAt / 1_000);
    return {
      status: 200,
      body: {
        active: true,
        scope: grant.scopes.join(" "),
        client_id: app.clientId,
        username: world.org(grant.accountId).row(grant.userId)?.values.Username,
        sub: identityUrl(world.org(grant.accountId).kind, grant.accountId, grant.userId),
        token_type: access ? "access_token" : "refresh_token",
        ...(exp === undefined ? {} : { exp, iat: exp - world.settings.accessTokenTtlMs / 1_000 }),
      },
    };
  }

  // A refresh token takes its access tokens with it; an access token goes alone.
  function revoke(exchange: Exchange): Answer {
    if (exchange.method !== "POST" && exchange.method !== "GET") return { status: 405 };
    const value = readForm(exchange).get("token") ?? exchange.query.get("token") ?? "";
    const refresh = oauth.refreshToken(value);
    const isLive = refresh ? refresh.live && !refresh.grant.revoked : oauth.accessToken(value)?.revoked === false;
    if (!isLive) {
      return {
        status: 400,
        body: { error: "unsupported_token_type", error_description: "this token type is not supported" },
      };
    }
    oauth.revokeToken(value);
    if (refresh) oauth.revokeGrants((grant) => grant === refresh.grant);
    return { status: 200 };
  }

  function userinfo(exchange: Exchange, kind: Kind, path?: string): Answer {
    const token = exchange.query.get("oauth_token") ?? exchange.query.get("access_token");
    const { org, userId } = authenticated(token === null ? exchange.headers.authorization : `Bearer ${token}`);
    const [, orgId, user] = path === undefined ? [] : path.slice(1).split("/");
    if (path !== undefined && (orgId !== org.id || user !== userId)) return { status: 403, body: "Bad_Id" };
    const { values } = org.row(userId) ?? { values: {} as Record<string, unknown> };
    const instance = org.instanceUrl ?? base.url();
    return {
      status: 200,
      body: {
        ...(path === undefined ? {} : { id: identityUrl(kind, org.id, userId), asserted_user: true }),
        sub: identityUrl(kind, org.id, userId),
        user_id: userId,
        organization_id: org.id,
        preferred_username: values.Username,
        ...(path === undefined
          ? {}
          : { username: values.Username, display_name: values.Name, active: values.IsActive }),
        name: values.Name,
        email: values.Email,
        zoneinfo: values.TimeZoneSidKey,
        locale: "en_US",
        urls: {
          rest: `${instance}/services/data/v{version}/`,
          sobjects: `${instance}/services/data/v{version}/sobjects/`,
        },
      },
    };
  }

  function authenticated(authorization: string | undefined) {
    try {
      return world.authenticate(authorization);
    } catch {
      throw refuse(403, "Bad_OAuth_Token", "Bad_OAuth_Token");
    }
  }

  function identityUrl(kind: Kind, orgId: string, userId: string): string {
    return `${base.url()}${kind === "sandbox" ? "/sandbox" : ""}/id/${orgId}/${userId}`;
  }

  function guarded(act: () => Answer): Answer {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof OAuthProblem)) throw error;
      const [code, description] = named(error);
      return { status: 400, body: { error: code, error_description: description } };
    }
  }
}

const expired = () => new OAuthProblem("invalid_grant", "expired access/refresh token");

function canRefresh(scopes: readonly string[]): boolean {
  return scopes.length === 0 || scopes.includes("refresh_token") || scopes.includes("offline_access");
}

/** Salesforce's own words for what the sign-in refuses. */
function named({ code, message }: OAuthProblem): [code: string, description: string] {
  if (code === "invalid_client") return ["invalid_client", "invalid client credentials"];
  if (code === "unsupported_grant_type") return [code, "grant type not supported"];
  if (message.includes("code_verifier")) return [code, "invalid code verifier"];
  if (message.includes("redirect_uri")) return ["redirect_uri_mismatch", "redirect_uri must match configuration"];
  if (message.includes("auth code")) return [code, "expired authorization code"];
  return [code, "expired access/refresh token"];
}
