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
import { type Calendar, createCalendar } from "./calendar.ts";
import { type Channels, createChannels } from "./channels.ts";
import { CalendarError } from "./errors.ts";
import {
  type AccessRole,
  type AccountOptions,
  type AppOptions,
  allScopes,
  type CalendarLimits,
  defaults,
  type GoogleCalendarOptions,
  readApp,
  readLimits,
} from "./options.ts";

export interface Account {
  email: string;
  name: string;
  timeZone: string;
  /** Its calendar list: which calendars it sees, and as what. */
  roles: Map<string, AccessRole>;
}

/** One mail to guests. */
export interface Mail {
  at: string;
  kind: "invitation" | "update" | "cancellation";
  calendarId: string;
  eventId: string;
  to: string[];
}

/** Who asks. */
export interface Caller {
  account: Account;
  grant: Grant;
}

/** Everything the simulator holds. */
export interface World {
  base: Base;
  oauth: OAuthServer;
  settings: OAuthSettings;
  accounts: Map<string, Account>;
  calendars: Map<string, Calendar>;
  channels: Channels;
  mails: Mail[];
  limits: CalendarLimits;
  meetDelayMs: number;
  /** Scopes that the person unticks on the consent page. */
  unticked: Set<string>;
  /** How many of the next writes meet the calendar's use limit. */
  overused: number;
  account(email?: string): Account;
  addAccount(options: AccountOptions): Account;
  addCalendar(
    owner: Account,
    options: { id?: string; summary?: string; timeZone?: string; isOpen?: boolean },
  ): Calendar;
  addApp(options: AppOptions): void;
  isTesting(clientId: string): boolean;
  connect(which?: { clientId?: string; email?: string; scopes?: string[] }): IssuedTokens;
  /** Remembers a consent; keeps a hundred live ones for each app and account. */
  remember(grant: Grant): void;
  /** The consent that stands for this app and account, if any. */
  standing(clientId: string, email: string): Grant | undefined;
  grantedAt(grant: Grant): number;
  authenticate(authorization: string | undefined): Caller;
  /** Refuses a request that is one too many. */
  take(caller: Caller): void;
  reset(): void;
}

const keptGrants = 100;
const minuteMs = 60_000;

export function createWorld(base: Base, options: GoogleCalendarOptions): World {
  const { clock, random } = base;
  const accounts = new Map<string, Account>();
  const calendars = new Map<string, Calendar>();
  const testing = new Set<string>();
  const grants = new Map<string, Array<{ grant: Grant; at: number }>>();
  const limiters = new Map<string, { limiter: Limiter; max: number }>();
  const settings: OAuthSettings = {
    accessTokenTtlMs: (options.accessTokenTtlSeconds ?? 3_599) * 1_000,
    codeTtlMs: 10 * minuteMs, // "minutes" is all that is said
    refreshTokens: "reusable",
    refreshTokenIdleMs: 182 * 24 * 60 * minuteMs, // six months without use
    reuse: "refuse",
    pkce: options.pkce ?? "optional",
    clientAuth: ["body", "basic"],
  };
  const oauth = createOAuthServer({ clock, random, settings, makeToken });
  const world: World = {
    base,
    oauth,
    settings,
    accounts,
    calendars,
    channels: createChannels(base, options.pushRetryDelaysMs),
    mails: [],
    limits: readLimits(options.limits),
    meetDelayMs: options.meetDelayMs ?? 1_000,
    unticked: new Set(),
    overused: 0,
    account,
    addAccount,
    addCalendar,
    addApp,
    isTesting: (clientId) => testing.has(clientId),
    connect,
    remember,
    standing: (clientId, email) => grants.get(keyOf(clientId, email))?.findLast(({ grant }) => !grant.revoked)?.grant,
    grantedAt: (grant) =>
      grants.get(keyOf(grant.clientId, grant.accountId))?.find((one) => one.grant === grant)?.at ?? clock.now(),
    authenticate,
    take,
    reset,
  };
  populate();
  return world;

  function populate(): void {
    for (const one of options.accounts ?? [{}]) addAccount(one);
    for (const one of options.apps ?? [{}]) addApp(one);
  }

  function reset(): void {
    oauth.clear();
    settings.accessTokenTtlMs = (options.accessTokenTtlSeconds ?? 3_599) * 1_000;
    world.limits = readLimits(options.limits);
    world.meetDelayMs = options.meetDelayMs ?? 1_000;
    world.unticked.clear();
    world.overused = 0;
    world.mails.length = 0;
    world.channels.clear();
    for (const held of [accounts, calendars, grants, limiters, testing]) held.clear();
    populate();
  }

  function account(email?: string): Account {
    const found = email === undefined ? [...accounts.values()][0] : accounts.get(email);
    if (!found) throw new Error(`The Google Calendar simulator has no account ${email}`);
    return found;
  }

  function addAccount({ email, name, timeZone = "America/New_York", calendars: more = [] }: AccountOptions): Account {
    const address = email ?? (accounts.size === 0 ? defaults.email : `user${accounts.size + 1}@acme.example`);
    const created = { email: address, name: name ?? address.split("@")[0] ?? "", timeZone, roles: new Map() };
    accounts.set(address, created);
    addCalendar(created, { id: address, summary: address });
    for (const one of more) addCalendar(created, one);
    return created;
  }

  function addCalendar(owner: Account, one: Parameters<World["addCalendar"]>[1]): Calendar {
    const id = one.id ?? `c_${random.token(26).toLowerCase()}@group.calendar.google.com`;
    const { timeZone } = owner;
    const calendar = createCalendar({ summary: id, timeZone, isOpen: false, ...one, id, owner: owner.email });
    calendars.set(id, calendar);
    owner.roles.set(id, "owner");
    return calendar;
  }

  function addApp(one: AppOptions): void {
    const app = readApp(one);
    oauth.addApp(app);
    if (one.testing) testing.add(app.clientId);
  }

  function connect({ clientId, email, scopes = allScopes }: Parameters<World["connect"]>[0] = {}): IssuedTokens {
    const { email: accountId } = account(email);
    const id = clientId ?? options.apps?.[0]?.clientId ?? defaults.app.clientId;
    const tokens = oauth.connect({ clientId: id, accountId, userId: accountId, scopes });
    remember(tokens.grant);
    return tokens;
  }

  function remember(grant: Grant): void {
    const key = keyOf(grant.clientId, grant.accountId);
    const held = [...(grants.get(key) ?? []).filter((one) => !one.grant.revoked), { grant, at: clock.now() }];
    const ended = new Set(held.splice(0, Math.max(0, held.length - keptGrants)).map((one) => one.grant));
    if (ended.size > 0) oauth.revokeGrants((one) => ended.has(one));
    grants.set(key, held);
  }

  function authenticate(authorization: string | undefined): Caller {
    const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) {
      throw new CalendarError(401, "required", "Request is missing required authentication credential.");
    }
    const access = oauth.accessToken(token);
    if (!access || access.revoked || access.grant.revoked || clock.now() >= access.expiresAt) {
      throw new CalendarError(401, "authError", "Invalid Credentials");
    }
    return { account: account(access.grant.accountId), grant: access.grant };
  }

  function take({ account: { email }, grant }: Caller): void {
    const { perMinute, perMinutePerUser, status, enabled } = world.limits;
    if (!enabled) return;
    const now = clock.now();
    const share = base.freeShare();
    const mine = limiter(`${grant.clientId}\n${email}`, perMinutePerUser).take(now, share).allowed;
    if (mine && limiter(grant.clientId, perMinute).take(now, share).allowed) return;
    const reason = mine || status === 429 ? "rateLimitExceeded" : "userRateLimitExceeded";
    const message = reason === "rateLimitExceeded" ? "Rate Limit Exceeded" : "User Rate Limit Exceeded";
    throw new CalendarError(status, reason, message, "usageLimits");
  }

  function limiter(key: string, max: number): Limiter {
    const held = limiters.get(key);
    if (held?.max === max) return held.limiter;
    const made = rollingWindow(max, minuteMs);
    limiters.set(key, { limiter: made, max });
    return made;
  }

  function makeToken(kind: "access" | "refresh" | "code"): string {
    if (kind === "access") return `ya29.a0${random.token(200)}`;
    return kind === "refresh" ? `1//0${random.token(98)}` : `4/0A${random.token(68)}`;
  }
}

function keyOf(clientId: string, email: string): string {
  return `${clientId}\n${email}`;
}
