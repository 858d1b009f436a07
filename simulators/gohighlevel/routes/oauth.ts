import { type Answer, createConsent, type Exchange, OAuthProblem, readForm } from "#simulators/kit";
import { type Call, parameter, type Routes } from "../api.ts";
import { bad, missing, otherLocation, unprocessable } from "../errors.ts";
import { readAccount, type World } from "../world.ts";

const v3Names: Record<string, string> = {
  clientId: "client_id",
  clientSecret: "client_secret",
  grantType: "grant_type",
  refreshToken: "refresh_token",
  userType: "user_type",
  redirectUri: "redirect_uri",
};

export function oauthRoutes(world: World): Routes {
  const { oauth } = world;
  const consent = createConsent({
    oauth,
    providerName: "HighLevel",
    accounts: () => [
      ...[...world.locations.values()].map(({ id, name, users }) => ({
        id: `location:${id}`,
        name,
        userId: users[0]?.id ?? "",
      })),
      ...[...world.companies.values()].map(({ id, name }) => ({
        id: `company:${id}`,
        name: `${name}, all locations`,
        userId: "",
      })),
    ],
    refuseScopes: (app, required) => {
      if (required.length === 0) return "At least one scope is required.";
      const foreign = required.find((scope) => !app.scopes.includes(scope));
      return foreign && `The app does not have the scope ${foreign}.`;
    },
  });
  return (add) => {
    // The vendor's own client still opens the address without /v2.
    for (const path of ["/v2/oauth/chooselocation", "/oauth/chooselocation"]) {
      add("GET", path, { open: ({ query }) => consent.show(query) });
      add("POST", path, { open: (exchange) => consent.decide(readForm(exchange)) });
    }
    add("POST", "/oauth/token", { open: (exchange, isV3) => token(exchange, isV3) });
    add("POST", "/oauth/locationToken", { scope: "oauth.write", only: "legacy", handle: locationToken });
    add("POST", "/oauth/location-token", { scope: "oauth.write", only: "v3", handle: locationToken });
    add("GET", "/oauth/installedLocations", { scope: "oauth.readonly", only: "legacy", handle: installed });
    add("GET", "/oauth/installed-locations", { scope: "oauth.readonly", only: "v3", handle: installed });
    add("DELETE", "/marketplace/app/:appId/installations", { scope: "oauth.write", handle: uninstall });
  };

  function token(exchange: Exchange, isV3: boolean): Answer {
    let form: URLSearchParams;
    try {
      form = readForm(exchange);
    } catch {
      throw bad("Unexpected token in JSON");
    }
    const names = isV3 ? Object.keys(v3Names) : Object.values(v3Names);
    const required = names.filter((name) => /^(client|grant)/.test(name));
    const lacking = required.filter((name) => !form.get(name));
    if (lacking.length > 0) throw unprocessable(lacking.map((name) => `${name} should not be empty`));
    const fields = new URLSearchParams(
      [...form].map(([name, value]) => [isV3 ? (v3Names[name] ?? name) : name, value]),
    );
    try {
      const userType = fields.get("user_type");
      const isNew = fields.get("grant_type") === "authorization_code";
      const issued = oauth.exchange(fields);
      const { location, companyId } = readAccount(world, issued.grant.accountId);
      if (userType !== null && userType !== (location ? "Location" : "Company")) {
        throw new OAuthProblem("invalid_grant", "user_type does not match the authorization");
      }
      const app = world.apps.get(issued.grant.clientId);
      if (app && isNew) {
        const place = { appId: app.id, companyId, ...(location ? { locationId: location.id } : {}) };
        world.webhooks.send(app, {
          type: "INSTALL",
          ...place,
          userId: issued.grant.userId,
          isWhitelabelCompany: false,
        });
      }
      return { status: 200, body: tokenBody(issued, isV3, true) };
    } catch (error) {
      if (!(error instanceof OAuthProblem)) throw error;
      return { status: error.status, body: oauthError(error, isV3) };
    }
  }

  function tokenBody(issued: ReturnType<typeof oauth.exchange>, isV3: boolean, withRefresh: boolean) {
    const { location, companyId } = readAccount(world, issued.grant.accountId);
    const rest = {
      scope: issued.grant.scopes.join(" "),
      userType: location ? "Location" : "Company",
      companyId,
      ...(location ? { locationId: location.id } : { approvedLocations: locationsOf(companyId).map(({ id }) => id) }),
      userId: issued.grant.userId,
      isBulkInstallation: !location,
    };
    if (isV3) {
      const refresh = withRefresh ? { refreshToken: issued.refreshToken } : {};
      return {
        accessToken: issued.accessToken,
        tokenType: "Bearer",
        expiresIn: issued.expiresInSeconds,
        ...refresh,
        ...rest,
      };
    }
    const refresh = withRefresh ? { refresh_token: issued.refreshToken } : {};
    return {
      access_token: issued.accessToken,
      token_type: "Bearer",
      expires_in: issued.expiresInSeconds,
      ...refresh,
      ...rest,
    };
  }

  // A token of a company opens no contacts; it is changed for one of a location.
  function locationToken({ caller, exchange, isV3 }: Call): Answer {
    const form = readForm(exchange);
    const [companyId, locationId] = [form.get("companyId"), form.get("locationId")];
    const lacking = Object.entries({ companyId, locationId }).filter(([, value]) => !value);
    if (lacking.length > 0) throw unprocessable(lacking.map(([name]) => `${name} should not be empty`));
    if (caller.location || caller.companyId !== companyId) throw otherLocation();
    const location = world.locations.get(locationId ?? "");
    if (!location || location.companyId !== companyId) throw missing("Location", locationId ?? "");
    const issued = oauth.connect({
      clientId: caller.clientId ?? "",
      accountId: `location:${location.id}`,
      userId: location.users[0]?.id ?? "",
      scopes: [...caller.scopes].filter((scope) => !scope.startsWith("oauth.")),
    });
    return { status: 200, body: tokenBody(issued, isV3, isV3) };
  }

  function installed({ caller, query, isV3 }: Call): Answer {
    if (query.get("companyId") !== caller.companyId) throw otherLocation();
    const all = locationsOf(caller.companyId).map(({ id, name }) => ({ _id: id, name, isInstalled: true }));
    if (isV3) {
      const size = Number(query.get("pageSize") ?? 20);
      const start = Number(parameter(query, "pageToken") ?? 0);
      const hasNextPage = all.length > start + size;
      const pagination = { hasNextPage, ...(hasNextPage ? { nextPageToken: String(start + size) } : {}) };
      return { status: 200, body: { items: all.slice(start, start + size), pagination } };
    }
    const [skip, limit] = [Number(query.get("skip") ?? 0), Number(query.get("limit") ?? 20)];
    const body = { locations: all.slice(skip, skip + limit), count: all.length, installToFutureLocations: false };
    return { status: 200, body };
  }

  function uninstall({ caller, params }: Call): Answer {
    const app = world.apps.get(caller.clientId ?? "");
    if (!app || app.id !== params.appId) throw missing("App", params.appId ?? "");
    const accountId = caller.location ? `location:${caller.location.id}` : `company:${caller.companyId}`;
    oauth.revokeGrants((grant) => grant.clientId === app.clientId && grant.accountId === accountId);
    const place = caller.location ? { locationId: caller.location.id } : { companyId: caller.companyId };
    world.webhooks.send(app, { type: "UNINSTALL", appId: app.id, ...place });
    return { status: 200, body: { success: true } };
  }

  function locationsOf(companyId: string) {
    return [...world.locations.values()].filter((location) => location.companyId === companyId);
  }
}

function oauthError(error: OAuthProblem, isV3: boolean) {
  const isRefresh = error.message.includes("refresh");
  const text = isRefresh ? "This refresh token is invalid" : error.message;
  if (!isV3) return { error: error.code, error_description: text };
  return { error: { code: error.code, message: text, details: error.message, resolution: "Authorize the app again." } };
}
