import { type Answer, createConsent, type Exchange, OAuthProblem, readForm } from "#simulators/kit";
import type { OpenRoute, Routes } from "../api.ts";
import { HubSpotError } from "../errors.ts";
import { allScopes } from "../options.ts";
import type { World } from "../world.ts";

export function oauthRoutes(world: World): Routes {
  const { oauth, clock } = world;
  const consent = createConsent({
    oauth,
    providerName: "HubSpot",
    accounts: () =>
      [...world.portals.values()].map(({ id, name, owners }) => ({
        id: String(id),
        name,
        userId: String(owners[0]?.userId ?? 0),
      })),
    refuseScopes: (app, required, optional) => {
      const unknown = [...required, ...optional].find((scope) => !allScopes.includes(scope));
      if (unknown) return `The scope ${unknown} is not known.`;
      if (required.length === 0) return "At least one scope is required.";
      const allowed = [...app.scopes, ...app.optionalScopes];
      const missing = app.scopes.filter((scope) => !required.includes(scope));
      const extra = allowed.length === 0 ? [] : [...required, ...optional].filter((scope) => !allowed.includes(scope));
      if (missing.length === 0 && extra.length === 0) return undefined;
      return "Authorization failed because there is a scope mismatch: the link and the app's settings name different scopes.";
    },
  });

  return (add) => {
    const open = (handle: OpenRoute["open"]): OpenRoute => ({ open: handle });
    add(
      "GET",
      "/oauth/authorize",
      open(({ query }) => consent.show(query)),
    );
    add(
      "POST",
      "/oauth/authorize",
      open((exchange) => consent.decide(readForm(exchange))),
    );
    add(
      "GET",
      "/oauth/:account/authorize",
      open(({ query }, { account }) => consent.show(query, account)),
    );
    add(
      "POST",
      "/oauth/:account/authorize",
      open((exchange) => consent.decide(readForm(exchange))),
    );
    add(
      "POST",
      "/oauth/token",
      open((exchange) => guarded(exchange, (form) => token(form, true))),
    );
    add(
      "POST",
      "/oauth/token/introspect",
      open((exchange) => guarded(exchange, introspect)),
    );
    add(
      "POST",
      "/oauth/token/revoke",
      open((exchange) => guarded(exchange, revoke)),
    );
    add(
      "POST",
      "/oauth/v1/token",
      open((exchange) => guarded(exchange, (form) => token(form, false))),
    );
    add(
      "GET",
      "/oauth/v1/access-tokens/:token",
      open((_exchange, params) => describeAccess(params.token ?? "")),
    );
    add(
      "GET",
      "/oauth/v1/refresh-tokens/:token",
      open((_exchange, params) => describeRefresh(params.token ?? "")),
    );
    add(
      "DELETE",
      "/oauth/v1/refresh-tokens/:token",
      open((_exchange, params) => deleteRefresh(params.token ?? "")),
    );
  };

  function token(form: URLSearchParams, isDated: boolean): Answer {
    const { grant, accessToken, refreshToken, expiresInSeconds } = oauth.exchange(form);
    const tokens = {
      token_type: "bearer",
      refresh_token: refreshToken,
      access_token: accessToken,
      expires_in: expiresInSeconds,
    };
    const about = {
      hub_id: Number(grant.accountId),
      user_id: Number(grant.userId),
      scopes: grant.scopes,
      token_use: "access_token",
    };
    return { status: 200, headers: { "cache-control": "no-store" }, body: isDated ? { ...tokens, ...about } : tokens };
  }

  function introspect(form: URLSearchParams): Answer {
    const app = oauth.authenticate(form);
    const value = form.get("token") ?? "";
    const access = oauth.accessToken(value);
    const refresh = oauth.refreshToken(value);
    const grant = access?.grant ?? refresh?.grant;
    const isLive = access ? !access.revoked && access.expiresAt > clock.now() : (refresh?.live ?? false);
    if (!grant || grant.clientId !== app.clientId || grant.revoked || !isLive)
      return { status: 200, body: { active: false } };
    return {
      status: 200,
      body: {
        active: true,
        token: value,
        token_type: "bearer",
        token_use: access ? "access_token" : "refresh_token",
        client_id: app.clientId,
        ...about(grant.accountId, grant.userId, app.clientId),
        scopes: grant.scopes,
        ...(access ? { expires_in: Math.floor((access.expiresAt - clock.now()) / 1_000) } : {}),
        is_private_distribution: false,
      },
    };
  }

  function revoke(form: URLSearchParams): Answer {
    oauth.authenticate(form);
    oauth.revokeToken(form.get("token") ?? "");
    return { status: 200 }; // also for a token that is not known, as RFC 7009 has it
  }

  function about(accountId: string, userId: string, clientId: string) {
    const portal = world.portal(Number(accountId));
    const user = portal.owners.find((owner) => String(owner.userId) === userId)?.email ?? "";
    return {
      hub_id: portal.id,
      hub_domain: `${portal.name.toLowerCase().replace(/\W+/g, "-")}.example`,
      app_id: world.apps.get(clientId)?.id,
      user_id: Number(userId),
      user,
    };
  }

  function describeAccess(value: string): Answer {
    const access = oauth.accessToken(value);
    if (!access || access.revoked || access.grant.revoked || access.expiresAt <= clock.now()) {
      throw new HubSpotError(404, "Access token does not exist or is expired", { category: "OBJECT_NOT_FOUND" });
    }
    const { grant, expiresAt } = access;
    const expiresIn = Math.floor((expiresAt - clock.now()) / 1_000);
    return {
      status: 200,
      body: {
        token: value,
        token_type: "access",
        scopes: grant.scopes,
        expires_in: expiresIn,
        ...about(grant.accountId, grant.userId, grant.clientId),
      },
    };
  }

  function describeRefresh(value: string): Answer {
    const refresh = oauth.refreshToken(value);
    if (!refresh?.live || refresh.grant.revoked)
      throw new HubSpotError(404, "Refresh token does not exist", { category: "OBJECT_NOT_FOUND" });
    const { grant } = refresh;
    return {
      status: 200,
      body: {
        token: value,
        token_type: "refresh",
        client_id: grant.clientId,
        scopes: grant.scopes,
        ...about(grant.accountId, grant.userId, grant.clientId),
      },
    };
  }

  function deleteRefresh(value: string): Answer {
    if (!oauth.revokeToken(value))
      throw new HubSpotError(404, "Refresh token does not exist", { category: "OBJECT_NOT_FOUND" });
    return { status: 204 };
  }

  // The new endpoints speak OAuth's error words; the older fields are kept beside them.
  function guarded(exchange: Exchange, act: (form: URLSearchParams) => Answer): Answer {
    try {
      return act(readForm(exchange));
    } catch (error) {
      if (!(error instanceof OAuthProblem)) throw error;
      const status =
        error.code === "invalid_client"
          ? "BAD_CLIENT_ID"
          : error.message.includes("refresh")
            ? "BAD_REFRESH_TOKEN"
            : "BAD_AUTH_CODE";
      return {
        status: 400,
        body: {
          error: error.code,
          error_description: error.message,
          status,
          message: error.message,
          correlationId: world.random.uuid(),
          category: status,
        },
      };
    }
  }
}
