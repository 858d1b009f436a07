import { type Base, createOAuthServer, type OAuthApp, type OAuthServer, type OAuthSettings } from "#simulators/kit";
import { type Company, type CompanyOptions, createCompany } from "./company.ts";
import { createLimits, documentedLimits, type PipedriveLimits } from "./limits.ts";
import { type ApiTokenOptions, type AppOptions, defaults, type PipedriveOptions, readApp } from "./options.ts";
import { createWebhookSenders, type WebhookSenders } from "./webhook-senders.ts";

/** Who asks: an app for a user of a company, or that user with a personal token. */
export interface Caller {
  kind: "oauth" | "api-token";
  key: string;
  company: Company;
  userId: number;
  /** Undefined for a personal token: it may do what its user may. */
  scopes: ReadonlySet<string> | undefined;
  clientId: string | undefined;
}

/** Everything the simulator holds. */
export interface World {
  base: Base;
  oauth: OAuthServer;
  limits: ReturnType<typeof createLimits>;
  limitSettings: PipedriveLimits;
  webhooks: WebhookSenders;
  companies: Map<number, Company>;
  apps: Map<string, OAuthApp>;
  apiTokens: Map<string, Caller>;
  searchIndexLagMs: number;
  phoneSearch: "as-written" | "digits";
  company(id?: number): Company;
  addCompany(options: CompanyOptions): Company;
  addApp(options: AppOptions): OAuthApp;
  addApiToken(options: ApiTokenOptions): string;
  authenticate(token: { bearer: string | undefined; apiToken: string | undefined }): Caller | undefined;
  /** Back to the companies, apps and tokens it began with. */
  reset(): void;
}

const sixtyDaysMs = 60 * 86_400_000;

export function createWorld(base: Base, options: PipedriveOptions): World {
  const { clock, random } = base;
  const settings: OAuthSettings = {
    accessTokenTtlMs: (options.accessTokenTtlSeconds ?? 3_599) * 1_000,
    codeTtlMs: 5 * 60_000,
    refreshTokenIdleMs: sixtyDaysMs,
    refreshTokens: options.refreshTokens ?? "single-use",
    reuse: "refuse",
    pkce: "optional",
    clientAuth: ["basic"],
  };
  const oauth = createOAuthServer({ clock, random, settings, makeToken });
  const world: World = {
    base,
    oauth,
    limits: createLimits(() => world.limitSettings, base.freeShare),
    limitSettings: readLimits(options.limits),
    webhooks: createWebhookSenders({ base, host: () => new URL(base.url() || "http://127.0.0.1").host }),
    companies: new Map(),
    apps: new Map(),
    apiTokens: new Map(),
    searchIndexLagMs: options.searchIndexLagMs ?? 0,
    phoneSearch: options.phoneSearch ?? "as-written",
    company,
    addCompany,
    addApp,
    addApiToken,
    authenticate,
    reset,
  };
  populate();
  return world;

  function populate(): void {
    for (const one of options.companies ?? [{}]) addCompany(one);
    for (const one of options.apps ?? [defaults.app]) addApp(one);
    for (const one of options.apiTokens ?? [{ token: defaults.apiToken }]) addApiToken(one);
  }

  function reset(): void {
    oauth.clear();
    settings.refreshTokens = options.refreshTokens ?? "single-use";
    world.limits.clear();
    world.limitSettings = readLimits(options.limits);
    world.webhooks.clear();
    world.searchIndexLagMs = options.searchIndexLagMs ?? 0;
    for (const held of [world.companies, world.apps, world.apiTokens]) held.clear();
    populate();
  }

  function company(id?: number): Company {
    const found = id === undefined ? [...world.companies.values()][0] : world.companies.get(id);
    if (!found) throw new Error(`The Pipedrive simulator has no company ${id}`);
    return found;
  }

  function addCompany(one: CompanyOptions): Company {
    let id = one.id ?? defaults.companyId;
    while (one.id === undefined && world.companies.has(id)) id++;
    const emit = (from: Company, event: Parameters<WebhookSenders["tell"]>[1]) => world.webhooks.tell(from, event);
    const made = createCompany({ ...one, id }, { clock, random, emit });
    world.companies.set(id, made);
    return made;
  }

  function addApp(one: AppOptions): OAuthApp {
    const app = readApp(one);
    world.apps.set(app.clientId, app);
    oauth.addApp(app);
    return app;
  }

  function addApiToken({ token, companyId, userId }: ApiTokenOptions): string {
    const made = token ?? (random.uuid() + random.uuid()).replaceAll("-", "").slice(0, 40);
    const owner = company(companyId);
    const user = userId ?? owner.users[0]?.id ?? 0;
    const caller: Caller = {
      kind: "api-token",
      key: made,
      company: owner,
      userId: user,
      scopes: undefined,
      clientId: undefined,
    };
    world.apiTokens.set(made, caller);
    return made;
  }

  function authenticate({ bearer, apiToken }: Parameters<World["authenticate"]>[0]): Caller | undefined {
    if (bearer === undefined) return world.apiTokens.get(apiToken ?? "");
    const access = oauth.accessToken(bearer);
    if (!access || access.revoked || access.grant.revoked || clock.now() >= access.expiresAt) return undefined;
    const { accountId, userId, scopes, clientId } = access.grant;
    return {
      kind: "oauth",
      key: `${clientId}:${accountId}:${userId}`,
      company: company(Number(accountId)),
      userId: Number(userId),
      scopes: new Set(scopes),
      clientId,
    };
  }

  // As seen in the documents: access tokens with the company in front, refresh tokens likewise, codes of 40 characters.
  function makeToken(kind: "access" | "refresh" | "code"): string {
    return kind === "code"
      ? random.token(40)
      : `${random.integer(1_000_000, 9_999_999)}:${random.integer(1_000_000, 9_999_999)}:${random.token(40)}`;
  }
}

export function readLimits(given: PipedriveOptions["limits"]): PipedriveLimits {
  if (given === "off") return { ...documentedLimits, enabled: false };
  return { ...documentedLimits, ...(typeof given === "object" ? given : {}) };
}
