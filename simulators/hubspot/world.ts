import { type Base, createOAuthServer, type OAuthServer, type OAuthSettings } from "#simulators/kit";
import { HubSpotError } from "./errors.ts";
import { type AppEvents, createAppEvents } from "./events.ts";
import { createLimits, documentedLimits, type HubSpotLimits } from "./limits.ts";
import {
  type App,
  type AppOptions,
  allScopes,
  defaults,
  type HubSpotOptions,
  readApp,
  type StaticTokenOptions,
} from "./options.ts";
import { createPortal, type Portal, type PortalOptions } from "./portal.ts";

/** Who asks: an app in an account, or a static token of an account. */
export interface Caller {
  kind: "oauth" | "static";
  key: string;
  groupName: string;
  portal: Portal;
  scopes: ReadonlySet<string>;
  clientId: string | undefined;
  userId: string | undefined;
}

/** Everything the simulator holds. */
export interface World {
  clock: Base["clock"];
  random: Base["random"];
  url: Base["url"];
  oauth: OAuthServer;
  limits: ReturnType<typeof createLimits>;
  limitSettings: HubSpotLimits;
  events: AppEvents;
  portals: Map<number, Portal>;
  apps: Map<string, App>;
  searchIndexLagMs: number;
  portal(id?: number): Portal;
  addPortal(options: PortalOptions): Portal;
  addApp(options: AppOptions): App;
  addStaticToken(options: StaticTokenOptions): string;
  replaceStaticToken(token: string): string;
  staticTokens(): Array<{ token: string; portalId: number }>;
  revokeStaticToken(token: string): boolean;
  authenticate(token: string | undefined): Caller;
  /** Back to the accounts, apps and tokens it began with. */
  reset(): void;
}

export function createWorld(base: Base, options: HubSpotOptions): World {
  const { clock, random } = base;
  const portals = new Map<number, Portal>();
  const apps = new Map<string, App>();
  const tokens = new Map<string, Caller>();
  const settings: OAuthSettings = {
    accessTokenTtlMs: (options.accessTokenTtlSeconds ?? 1_800) * 1_000,
    codeTtlMs: 60_000, // HubSpot does not say how long; a minute is short enough to be noticed
    refreshTokens: options.refreshTokens ?? "reusable",
    reuse: "refuse",
    pkce: "optional",
    clientAuth: ["body"],
  };
  const oauth = createOAuthServer({ clock, random, settings, makeToken });
  const world: World = {
    clock,
    random,
    url: base.url,
    oauth,
    limits: createLimits(() => world.limitSettings, base.freeShare),
    limitSettings: readLimits(options.limits),
    events: createAppEvents({ base, apps, oauth }),
    portals,
    apps,
    searchIndexLagMs: options.searchIndexLagMs ?? 0,
    portal,
    addPortal,
    addApp,
    addStaticToken,
    replaceStaticToken,
    staticTokens: () => [...tokens].map(([token, caller]) => ({ token, portalId: caller.portal.id })),
    revokeStaticToken: (token) => tokens.delete(token),
    authenticate,
    reset,
  };
  populate();
  return world;

  function populate(): void {
    if (options.webhookRetryDelaysMs) world.events.retryDelaysMs = options.webhookRetryDelaysMs;
    for (const one of options.portals ?? [{}]) addPortal(one);
    for (const one of options.apps ?? [defaults.app]) addApp(one);
    for (const one of options.staticTokens ?? [{ token: defaults.staticToken }]) addStaticToken(one);
  }

  function reset(): void {
    oauth.clear();
    settings.refreshTokens = options.refreshTokens ?? "reusable";
    world.limits.clear();
    world.limitSettings = readLimits(options.limits);
    world.events.clear();
    world.searchIndexLagMs = options.searchIndexLagMs ?? 0;
    for (const held of [portals, apps, tokens]) held.clear();
    populate();
  }

  function portal(id?: number): Portal {
    const found = id === undefined ? [...portals.values()][0] : portals.get(id);
    if (!found) throw new Error(`The HubSpot simulator has no account ${id}`);
    return found;
  }

  function addPortal(one: PortalOptions): Portal {
    let id = one.id ?? defaults.portalId;
    while (one.id === undefined && portals.has(id)) id++;
    const created = createPortal(
      { ...one, id },
      {
        clock,
        random,
        searchLagMs: () => world.searchIndexLagMs,
        emit: (from, event) => world.events.add(from, event),
        hasListeners: (from) => world.events.hasListeners(from),
      },
    );
    portals.set(created.id, created);
    return created;
  }

  function addApp(one: AppOptions): App {
    const app = readApp(one, defaults.appId + apps.size);
    apps.set(app.clientId, app);
    oauth.addApp(app);
    return app;
  }

  function addStaticToken({
    token = `pat-na1-${random.uuid()}`,
    portalId,
    scopes = allScopes,
  }: StaticTokenOptions): string {
    tokens.set(token, {
      kind: "static",
      key: token,
      groupName: `privateapps:${token.slice(-12)}`,
      portal: portal(portalId),
      scopes: new Set(scopes),
      clientId: undefined,
      userId: undefined,
    });
    return token;
  }

  function replaceStaticToken(token: string): string {
    const caller = tokens.get(token);
    if (!caller) throw new Error("No such static token");
    tokens.delete(token);
    return addStaticToken({ portalId: caller.portal.id, scopes: [...caller.scopes] });
  }

  function authenticate(token: string | undefined): Caller {
    if (token === undefined) {
      throw new HubSpotError(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        { category: "INVALID_AUTHENTICATION" },
      );
    }
    const fixed = tokens.get(token);
    if (fixed) return fixed;
    const access = oauth.accessToken(token);
    if (!access || access.revoked || access.grant.revoked) {
      throw new HubSpotError(401, "The OAuth token used to make this call is not valid.", {
        category: "INVALID_AUTHENTICATION",
      });
    }
    if (clock.now() >= access.expiresAt) {
      const minutes = Math.floor((clock.now() - access.expiresAt) / 60_000);
      throw new HubSpotError(401, `The OAuth token used to make this call expired ${minutes} minute(s) ago.`, {
        category: "EXPIRED_AUTHENTICATION",
        context: { "expire time": [new Date(access.expiresAt).toISOString()] },
      });
    }
    const { grant } = access;
    return {
      kind: "oauth",
      key: grant.clientId,
      groupName: `publicapi:public-api-calls-per-10-seconds-${grant.accountId}-${apps.get(grant.clientId)?.id}`,
      portal: portal(Number(grant.accountId)),
      scopes: new Set(grant.scopes),
      clientId: grant.clientId,
      userId: grant.userId,
    };
  }

  // Documented only as long (300 characters and more) and of changing length; refresh tokens look like UUIDs.
  function makeToken(kind: "access" | "refresh" | "code"): string {
    if (kind === "access") return `C${random.token(random.integer(299, 360))}`;
    return kind === "refresh" ? `na1-${random.uuid()}` : random.uuid();
  }
}

export function readLimits(given: HubSpotOptions["limits"]): HubSpotLimits {
  if (given === "off") return { ...documentedLimits, enabled: false };
  return { ...documentedLimits, ...(typeof given === "object" ? given : {}) };
}
