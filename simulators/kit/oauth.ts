import { createHash, timingSafeEqual } from "node:crypto";
import type { SimulatorClock } from "./clock.ts";
import type { Random } from "./random.ts";

export interface OAuthApp {
  clientId: string;
  clientSecret: string;
  name: string;
  /** Exact matches; `*` stands for any address. */
  redirectUris: string[];
  scopes: string[];
  optionalScopes: string[];
}

export interface OAuthSettings {
  accessTokenTtlMs: number;
  codeTtlMs: number;
  /** How long an unused refresh token lives; for ever when absent. */
  refreshTokenIdleMs?: number;
  /** `single-use`: each refresh hands out a new refresh token and the old one stops working. */
  refreshTokens: "reusable" | "single-use";
  /** What a used single-use token brings: only a refusal, or the end of the whole grant. */
  reuse: "refuse" | "revoke-grant";
  pkce: "optional" | "required";
  clientAuth: ReadonlyArray<"body" | "basic">;
}

/** One account's consent to one app. */
export interface Grant {
  clientId: string;
  accountId: string;
  userId: string;
  scopes: string[];
  revoked: boolean;
}

export interface IssuedTokens {
  grant: Grant;
  accessToken: string;
  refreshToken: string;
  expiresInSeconds: number;
}

export interface AccessToken {
  grant: Grant;
  expiresAt: number;
  /** Killed on its own, while the grant lives. */
  revoked: boolean;
}

/** A refusal of the token endpoint, with the OAuth error code. */
export class OAuthProblem extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, description: string, status = 400) {
    super(description);
    this.code = code;
    this.status = status;
  }
}

interface Code {
  grant: Grant;
  redirectUri: string;
  challenge: string | undefined;
  expiresAt: number;
  used: boolean;
}

export interface OAuthServer {
  settings: OAuthSettings;
  addApp(app: OAuthApp): void;
  app(clientId: string): OAuthApp | undefined;
  /** What the consent page does once somebody pressed Approve. */
  issueCode(request: {
    clientId: string;
    accountId: string;
    userId: string;
    scopes: string[];
    redirectUri: string;
    challenge?: string;
  }): string;
  /** The token endpoint; throws `OAuthProblem`. */
  exchange(form: URLSearchParams, authorization?: string): IssuedTokens;
  /** Tokens without a browser, for tests that are about something else. */
  connect(grant: Omit<Grant, "revoked">): IssuedTokens;
  accessToken(token: string): AccessToken | undefined;
  /** Whether the account has this app installed. */
  hasGrant(clientId: string, accountId: string): boolean;
  refreshToken(token: string): { grant: Grant; live: boolean } | undefined;
  authenticate(form: URLSearchParams, authorization?: string): OAuthApp;
  /** Ends one token: a refresh token takes its grant with it, access tokens already out keep working until they expire. */
  revokeToken(token: string): boolean;
  /** Ends grants and every token of theirs, as an uninstall does. Returns how many. */
  revokeGrants(matches: (grant: Grant) => boolean): number;
  expireAccessTokens(matches: (grant: Grant) => boolean): number;
  clear(): void;
}

interface Refresh {
  grant: Grant;
  live: boolean;
  usedAt: number;
}

export function createOAuthServer(needs: {
  clock: SimulatorClock;
  random: Random;
  settings: OAuthSettings;
  makeToken: (kind: "access" | "refresh" | "code") => string;
}): OAuthServer {
  const { clock, settings, makeToken } = needs;
  const apps = new Map<string, OAuthApp>();
  const codes = new Map<string, Code>();
  const access = new Map<string, AccessToken>();
  const refresh = new Map<string, Refresh>();
  const installs = new Map<string, Grant>();

  return {
    settings,
    addApp: (app) => void apps.set(app.clientId, app),
    app: (clientId) => apps.get(clientId),
    issueCode,
    exchange,
    connect: (grant) => issue({ ...grant, revoked: false }, undefined),
    accessToken: (token) => access.get(token),
    hasGrant: (clientId, accountId) => installs.get(`${clientId}\n${accountId}`)?.revoked === false,
    refreshToken: (token) => refresh.get(token),
    authenticate,
    revokeToken,
    revokeGrants,
    expireAccessTokens,
    clear,
  };

  function issueCode(request: Parameters<OAuthServer["issueCode"]>[0]): string {
    const { redirectUri, challenge, ...grant } = request;
    const code = makeToken("code");
    const expiresAt = clock.now() + settings.codeTtlMs;
    codes.set(code, { grant: { ...grant, revoked: false }, redirectUri, challenge, expiresAt, used: false });
    return code;
  }

  function exchange(form: URLSearchParams, authorization?: string): IssuedTokens {
    const app = authenticate(form, authorization);
    const grantType = form.get("grant_type");
    if (grantType === "authorization_code") return exchangeCode(app, form);
    if (grantType === "refresh_token") return exchangeRefresh(app, form);
    throw new OAuthProblem("unsupported_grant_type", `grant_type '${grantType ?? ""}' is not supported`);
  }

  function authenticate(form: URLSearchParams, authorization?: string): OAuthApp {
    let clientId = form.get("client_id");
    let secret = form.get("client_secret");
    const basic = /^Basic\s+(\S+)$/i.exec(authorization ?? "")?.[1];
    if (basic && settings.clientAuth.includes("basic")) {
      const [name = "", ...rest] = Buffer.from(basic, "base64").toString("utf8").split(":");
      clientId = decodeURIComponent(name);
      secret = decodeURIComponent(rest.join(":"));
    } else if (!settings.clientAuth.includes("body")) {
      throw new OAuthProblem("invalid_client", "client authentication is missing", 401);
    }
    const app = apps.get(clientId ?? "");
    if (!app || !sameText(secret ?? "", app.clientSecret)) {
      throw new OAuthProblem("invalid_client", "missing or invalid client id or client secret", 401);
    }
    return app;
  }

  function exchangeCode(app: OAuthApp, form: URLSearchParams): IssuedTokens {
    const code = codes.get(form.get("code") ?? "");
    if (!code || code.grant.clientId !== app.clientId)
      throw new OAuthProblem("invalid_grant", "missing or unknown auth code");
    if (code.used) {
      // RFC 6749, 4.1.2: a code used twice may have been stolen, so what it gave is taken back.
      revokeGrants((grant) => grant === code.grant);
      throw new OAuthProblem("invalid_grant", "auth code was used before");
    }
    if (clock.now() >= code.expiresAt) throw new OAuthProblem("invalid_grant", "auth code is expired");
    if (form.get("redirect_uri") !== code.redirectUri) {
      throw new OAuthProblem("invalid_grant", "redirect_uri does not match the initial auth code URI");
    }
    const verifier = form.get("code_verifier");
    if (code.challenge !== undefined && (!verifier || challengeOf(verifier) !== code.challenge)) {
      throw new OAuthProblem("invalid_grant", "code_verifier does not match the code_challenge");
    }
    code.used = true;
    return issue(code.grant, undefined);
  }

  function exchangeRefresh(app: OAuthApp, form: URLSearchParams): IssuedTokens {
    const token = form.get("refresh_token") ?? "";
    const held = refresh.get(token);
    if (!held || held.grant.clientId !== app.clientId) {
      throw new OAuthProblem("invalid_grant", "missing or invalid refresh token");
    }
    if (!held.live && settings.reuse === "revoke-grant") revokeGrants((grant) => grant === held.grant);
    if (!held.live || held.grant.revoked) throw new OAuthProblem("invalid_grant", "missing or invalid refresh token");
    if (clock.now() - held.usedAt > (settings.refreshTokenIdleMs ?? Number.POSITIVE_INFINITY)) {
      throw new OAuthProblem("invalid_grant", "refresh token is expired");
    }
    held.usedAt = clock.now();
    if (settings.refreshTokens === "single-use") {
      held.live = false;
      return issue(held.grant, undefined);
    }
    return issue(held.grant, token);
  }

  function issue(grant: Grant, keptRefreshToken: string | undefined): IssuedTokens {
    installs.set(`${grant.clientId}\n${grant.accountId}`, grant);
    const accessToken = makeToken("access");
    access.set(accessToken, { grant, expiresAt: clock.now() + settings.accessTokenTtlMs, revoked: false });
    const refreshToken = keptRefreshToken ?? makeToken("refresh");
    if (keptRefreshToken === undefined) refresh.set(refreshToken, { grant, live: true, usedAt: clock.now() });
    return { grant, accessToken, refreshToken, expiresInSeconds: Math.round(settings.accessTokenTtlMs / 1_000) };
  }

  function revokeToken(token: string): boolean {
    const held = refresh.get(token);
    if (held) {
      held.live = false;
      return true;
    }
    const short = access.get(token);
    if (short) short.revoked = true;
    return short !== undefined;
  }

  function revokeGrants(matches: (grant: Grant) => boolean): number {
    const ended = new Set<Grant>();
    for (const { grant } of [...refresh.values(), ...access.values(), ...codes.values()]) {
      if (!grant.revoked && matches(grant)) ended.add(grant);
    }
    for (const grant of ended) grant.revoked = true;
    return ended.size;
  }

  function expireAccessTokens(matches: (grant: Grant) => boolean): number {
    let count = 0;
    for (const token of access.values()) {
      if (!matches(token.grant) || token.expiresAt <= clock.now()) continue;
      token.expiresAt = clock.now();
      count++;
    }
    return count;
  }

  function clear(): void {
    codes.clear();
    access.clear();
    refresh.clear();
    installs.clear();
  }
}

function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
