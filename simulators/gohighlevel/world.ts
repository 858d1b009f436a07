import { type Base, createOAuthServer, type OAuthServer, type OAuthSettings } from "#simulators/kit";
import { unauthorized } from "./errors.ts";
import { createLimits, documentedLimits, type GoHighLevelLimits } from "./limits.ts";
import { createLocation, type Location, type LocationOptions } from "./location.ts";
import {
  type App,
  type AppOptions,
  allScopes,
  type CompanyOptions,
  defaults,
  type GoHighLevelOptions,
  type PrivateTokenOptions,
  readApp,
} from "./options.ts";
import { createWebhookSender } from "./webhook-sender.ts";

/** Who asks, and whether for one location or for a whole company (agency). */
export interface Caller {
  key: string;
  isTrial: boolean;
  companyId: string;
  /** Undefined for a token of a company. */
  location: Location | undefined;
  scopes: ReadonlySet<string>;
  clientId: string | undefined;
  userId: string | undefined;
}

/** Everything the simulator holds. */
export interface World {
  base: Base;
  options: GoHighLevelOptions;
  oauth: OAuthServer;
  limits: ReturnType<typeof createLimits>;
  limitSettings: GoHighLevelLimits;
  webhooks: ReturnType<typeof createWebhookSender>;
  companies: Map<string, { id: string; name: string }>;
  locations: Map<string, Location>;
  apps: Map<string, App>;
  privateTokens: Map<string, Caller>;
  searchIndexLagMs: number;
  location(id?: string): Location;
  addCompany(options: CompanyOptions): { id: string; name: string };
  addLocation(options: LocationOptions & { companyId?: string }): Location;
  addApp(options: AppOptions): App;
  addPrivateToken(options: PrivateTokenOptions): string;
  authenticate(token: string | undefined): Caller;
  reset(): void;
}

export function createWorld(base: Base, options: GoHighLevelOptions): World {
  const { clock, random } = base;
  const settings: OAuthSettings = {
    accessTokenTtlMs: (options.accessTokenTtlSeconds ?? 86_399) * 1_000,
    codeTtlMs: 10 * 60_000,
    refreshTokenIdleMs: 365 * 86_400_000,
    refreshTokens: options.refreshTokens ?? "single-use",
    reuse: "refuse",
    pkce: "optional",
    clientAuth: ["body"],
  };
  const oauth = createOAuthServer({ clock, random, settings, makeToken });
  const apps = new Map<string, App>();
  const world: World = {
    base,
    options,
    oauth,
    limits: createLimits(() => world.limitSettings, base.freeShare),
    limitSettings: readLimits(options.limits),
    webhooks: createWebhookSender({ base, apps, oauth, legacy: options.legacySignature ?? false }),
    companies: new Map(),
    locations: new Map(),
    apps,
    privateTokens: new Map(),
    searchIndexLagMs: options.searchIndexLagMs ?? 0,
    location,
    addCompany,
    addLocation,
    addApp,
    addPrivateToken,
    authenticate,
    reset,
  };
  populate();
  return world;

  function populate(): void {
    for (const one of options.companies ?? [{}]) addCompany(one);
    for (const one of options.apps ?? [defaults.app]) addApp(one);
    for (const one of options.privateTokens ?? [{ token: defaults.privateToken }]) addPrivateToken(one);
  }

  function reset(): void {
    oauth.clear();
    settings.refreshTokens = options.refreshTokens ?? "single-use";
    world.limits.clear();
    world.limitSettings = readLimits(options.limits);
    world.webhooks.retryDelaysMs = undefined;
    world.searchIndexLagMs = options.searchIndexLagMs ?? 0;
    for (const held of [world.companies, world.locations, world.apps, world.privateTokens]) held.clear();
    populate();
  }

  function location(id?: string): Location {
    const found = id === undefined ? [...world.locations.values()][0] : world.locations.get(id);
    if (!found) throw new Error(`The GoHighLevel simulator has no location ${id}`);
    return found;
  }

  function addCompany({ id, name, locations }: CompanyOptions) {
    const made = {
      id: id ?? (world.companies.size === 0 ? defaults.companyId : random.token(20)),
      name: name ?? "Example Agency",
    };
    world.companies.set(made.id, made);
    for (const one of locations ?? [{}]) addLocation({ ...one, companyId: made.id });
    return made;
  }

  function addLocation({ companyId, ...one }: LocationOptions & { companyId?: string }): Location {
    const id = one.id ?? (world.locations.size === 0 ? defaults.locationId : random.token(20));
    const company = companyId ?? [...world.companies.keys()][0] ?? defaults.companyId;
    const emit = (from: Location, event: Parameters<World["webhooks"]["tell"]>[1]) => world.webhooks.tell(from, event);
    const made = createLocation({ ...one, id, companyId: company }, { clock, random, emit });
    world.locations.set(id, made);
    return made;
  }

  function addApp(one: AppOptions): App {
    const app = readApp(one);
    apps.set(app.clientId, app);
    oauth.addApp(app);
    return app;
  }

  function addPrivateToken({ token, locationId, companyId, scopes, isTrial = false }: PrivateTokenOptions): string {
    const made = token ?? `pit-${random.uuid()}`;
    const owner = companyId === undefined ? location(locationId) : undefined;
    world.privateTokens.set(made, {
      key: made,
      isTrial,
      companyId: companyId ?? owner?.companyId ?? "",
      location: owner,
      scopes: new Set(scopes ?? allScopes),
      clientId: undefined,
      userId: undefined,
    });
    return made;
  }

  function authenticate(token: string | undefined): Caller {
    if (token === undefined) throw unauthorized("Authorization header was not found");
    const fixed = world.privateTokens.get(token);
    if (fixed) return fixed;
    const access = oauth.accessToken(token);
    if (!access || clock.now() >= access.expiresAt) throw unauthorized("Invalid JWT");
    if (access.revoked || access.grant.revoked) throw unauthorized("Invalid token: access token is invalid");
    const { accountId, clientId, scopes, userId } = access.grant;
    const place = readAccount(world, accountId);
    return { key: `${clientId}:${accountId}`, isTrial: false, ...place, scopes: new Set(scopes), clientId, userId };
  }

  function makeToken(kind: "access" | "refresh" | "code"): string {
    return kind === "code"
      ? random.token(40)
      : `eyJ${random.token(60)}.${random.token(kind === "access" ? 200 : 240)}.${random.token(43)}`;
  }
}

/** `location:<id>` or `company:<id>`, as grants name what they are for. */
export function readAccount(world: World, accountId: string): { companyId: string; location: Location | undefined } {
  const [kind, id = ""] = accountId.split(":");
  if (kind === "company") return { companyId: id, location: undefined };
  const location = world.location(id);
  return { companyId: location.companyId, location };
}

export function readLimits(given: GoHighLevelOptions["limits"]): GoHighLevelLimits {
  if (given === "off") return { ...documentedLimits, enabled: false };
  return { ...documentedLimits, ...(typeof given === "object" ? given : {}) };
}
