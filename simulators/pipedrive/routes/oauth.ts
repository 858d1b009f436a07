import { type Answer, createConsent, type Exchange, OAuthProblem, readForm } from "#simulators/kit";
import type { Routes } from "../api.ts";
import type { World } from "../world.ts";

export function oauthRoutes(world: World): Routes {
  const { oauth } = world;
  const consent = createConsent({
    oauth,
    providerName: "Pipedrive",
    accounts: () =>
      [...world.companies.values()].flatMap(({ id, name, users }) => {
        const admin = users.find(({ isActive }) => isActive);
        return admin ? [{ id: String(id), name, userId: String(admin.id) }] : [];
      }),
    refuseScopes: () => undefined,
  });
  return (add) => {
    add("GET", "/oauth/authorize", { open: ({ query }) => consent.show(withScopes(query)) });
    add("POST", "/oauth/authorize", { open: (exchange) => consent.decide(withScopes(readForm(exchange))) });
    add("POST", "/oauth/token", { open: (exchange) => guarded(() => token(exchange)) });
    add("POST", "/oauth/revoke", { open: (exchange) => guarded(() => revoke(exchange)) });
  };

  // Whatever the address says, an app gets the scopes that stand in its settings.
  function withScopes(query: URLSearchParams): URLSearchParams {
    const fields = new URLSearchParams(query);
    fields.set("scope", (oauth.app(query.get("client_id") ?? "")?.scopes ?? []).join(" "));
    return fields;
  }

  function token(exchange: Exchange): Answer {
    const issued = oauth.exchange(readForm(exchange), exchange.headers.authorization);
    return {
      status: 200,
      headers: { "cache-control": "no-store" },
      body: {
        access_token: issued.accessToken,
        token_type: "Bearer",
        refresh_token: issued.refreshToken,
        scope: issued.grant.scopes.join(","),
        expires_in: issued.expiresInSeconds,
        // Every company has a host of its own; here they share the address and the token tells them apart.
        api_domain: world.base.url(),
      },
    };
  }

  function revoke(exchange: Exchange): Answer {
    const form = readForm(exchange);
    const app = oauth.authenticate(form, exchange.headers.authorization);
    const value = form.get("token") ?? "";
    const refresh = oauth.refreshToken(value);
    const grant = refresh?.grant ?? oauth.accessToken(value)?.grant;
    if (!grant || grant.clientId !== app.clientId) return { status: 200 };
    // Ending the refresh token is an uninstall: every token of it dies.
    if (refresh) oauth.revokeGrants((one) => one === grant);
    else oauth.revokeToken(value);
    return { status: 200 };
  }
}

function guarded(act: () => Answer): Answer {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof OAuthProblem)) throw error;
    return {
      status: error.status,
      body: { success: false, error: error.code, message: `${sentence(error.code)}: ${error.message}` },
    };
  }
}

// `invalid_grant` is told again as `Invalid grant`.
function sentence(code: string): string {
  const words = code.replaceAll("_", " ");
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}
