import {
  type Base,
  createOAuthServer,
  type Grant,
  type IssuedTokens,
  type Limiter,
  type OAuthServer,
  type OAuthSettings,
  rollingWindow,
} from "#simulators/kit";
import { refuse } from "./errors.ts";
import { makeId, to18 } from "./ids.ts";
import { type AppOptions, allScopes, readApp, type SalesforceOptions } from "./options.ts";
import { createOrg, type Org, type OrgOptions } from "./org.ts";
import type { Row } from "./table.ts";

/** The rest of a query's answer, until it is fetched or two days old. */
export interface Cursor {
  orgId: string;
  soql: string;
  rows: Row[];
  batch: number;
  createdAt: number;
}

/** Everything the simulator holds. */
export interface World {
  base: Base;
  oauth: OAuthServer;
  settings: OAuthSettings;
  orgs: Map<string, Org>;
  cursors: Map<string, Cursor>;
  limits: "documented" | "off";
  searchIndexLagMs: number;
  /** How many of the next writes find their row locked. */
  lockedWrites: number;
  org(id?: string): Org;
  addOrg(options: OrgOptions): Org;
  addApp(options: AppOptions): void;
  connect(which?: { clientId?: string; orgId?: string; scopes?: string[] }): IssuedTokens;
  /** Keeps five approvals for each user and app: one more ends the oldest. */
  approve(grant: Grant): void;
  authenticate(authorization: string | undefined): { org: Org; userId: string; grant: Grant };
  /** Counts one API request of an org. */
  take(org: Org): { allowed: boolean; used: number; max: number };
  userOf(org: Org): string;
  reset(): void;
}

const approvalsKept = 5;
const dayMs = 86_400_000;

export function createWorld(base: Base, options: SalesforceOptions): World {
  const { clock, random } = base;
  const orgs = new Map<string, Org>();
  const cursors = new Map<string, Cursor>();
  const limiters = new Map<string, { limiter: Limiter; max: number }>();
  const approvals = new Map<string, Grant[]>();
  const settings: OAuthSettings = {
    accessTokenTtlMs: (options.sessionSeconds ?? 7_200) * 1_000,
    codeTtlMs: 15 * 60_000, // the help pages say 15 minutes
    refreshTokens: options.refreshTokens ?? "reusable",
    ...(options.refreshIdleDays === undefined ? {} : { refreshTokenIdleMs: options.refreshIdleDays * dayMs }),
    reuse: "refuse",
    pkce: options.pkce ?? "optional",
    clientAuth: ["body", "basic"],
  };
  const oauth = createOAuthServer({ clock, random, settings, makeToken });
  const world: World = {
    base,
    oauth,
    settings,
    orgs,
    cursors,
    limits: options.limits ?? "documented",
    searchIndexLagMs: options.searchIndexLagMs ?? 0,
    lockedWrites: 0,
    org,
    addOrg,
    addApp: (app) => oauth.addApp(readApp(app)),
    connect,
    approve,
    authenticate,
    take,
    userOf,
    reset,
  };
  populate();
  return world;

  function populate(): void {
    for (const one of options.orgs ?? [{}]) addOrg(one);
    for (const one of options.apps ?? [{}]) world.addApp(one);
  }

  function reset(): void {
    oauth.clear();
    settings.refreshTokens = options.refreshTokens ?? "reusable";
    settings.accessTokenTtlMs = (options.sessionSeconds ?? 7_200) * 1_000;
    world.limits = options.limits ?? "documented";
    world.searchIndexLagMs = options.searchIndexLagMs ?? 0;
    world.lockedWrites = 0;
    for (const held of [orgs, cursors, limiters, approvals]) held.clear();
    populate();
  }

  function org(id?: string): Org {
    const found = id === undefined ? [...orgs.values()][0] : orgs.get(to18(id));
    if (!found) throw new Error(`The Salesforce simulator has no org ${id}`);
    return found;
  }

  function addOrg(one: OrgOptions): Org {
    const id = to18(one.id ?? makeId("00D", orgs.size + 1));
    const created = createOrg({ ...one, id }, base, { searchLagMs: () => world.searchIndexLagMs, isLocked });
    orgs.set(created.id, created);
    return created;
  }

  function isLocked(): boolean {
    if (world.lockedWrites === 0) return false;
    world.lockedWrites--;
    return true;
  }

  function userOf(one: Org): string {
    const [user] = [...(one.table("User")?.rows() ?? [])].filter(({ values }) => values.IsActive === true);
    if (!user) throw new Error(`The org ${one.id} has no active user`);
    return user.id;
  }

  function connect({ clientId, orgId, scopes = ["api", "refresh_token"] }: Parameters<World["connect"]>[0] = {}) {
    const one = org(orgId);
    const app = oauth.app(clientId ?? readApp({}).clientId) ?? oauth.app(options.apps?.[0]?.clientId ?? "");
    if (!app) throw new Error(`The Salesforce simulator has no app ${clientId}`);
    const tokens = oauth.connect({ clientId: app.clientId, accountId: one.id, userId: userOf(one), scopes });
    approve(tokens.grant);
    return tokens;
  }

  function approve(grant: Grant): void {
    const key = `${grant.clientId}\n${grant.userId}`;
    const live = (approvals.get(key) ?? []).filter(({ revoked }) => !revoked);
    live.push(grant);
    const ended = new Set(live.splice(0, Math.max(0, live.length - approvalsKept)));
    if (ended.size > 0) oauth.revokeGrants((one) => ended.has(one));
    approvals.set(key, live);
  }

  function authenticate(authorization: string | undefined) {
    const token = /^(?:Bearer|OAuth)\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1];
    if (authorization !== undefined && token === undefined)
      throw refuse(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE");
    const access = token === undefined ? undefined : oauth.accessToken(token);
    if (!access || access.revoked || access.grant.revoked || clock.now() >= access.expiresAt) {
      throw refuse(401, "INVALID_SESSION_ID", "Session expired or invalid");
    }
    const { grant } = access;
    // A session lives on with each use.
    access.expiresAt = clock.now() + settings.accessTokenTtlMs;
    return { org: org(grant.accountId), userId: grant.userId, grant };
  }

  function take(one: Org) {
    let held = limiters.get(one.id);
    if (!held || held.max !== one.dailyRequests) {
      held = { max: one.dailyRequests, limiter: rollingWindow(one.dailyRequests, dayMs) };
      limiters.set(one.id, held);
    }
    const verdict = held.limiter.take(clock.now(), base.freeShare());
    return {
      allowed: verdict.allowed || world.limits === "off",
      used: held.max - verdict.remaining,
      max: held.max,
    };
  }

  function makeToken(kind: "access" | "refresh" | "code"): string {
    if (kind === "access") return `${([...orgs.keys()][0] ?? "").slice(0, 15)}!AQ${random.token(94)}`;
    return kind === "refresh" ? `5Aep861${random.token(80)}` : `aPrx${random.token(76)}==`;
  }
}

export function unknownScope(scopes: readonly string[]): string | undefined {
  return scopes.find((scope) => !allScopes.includes(scope));
}
