import { createHash, randomBytes } from "node:crypto";
import * as oauth from "oauth4webapi";
import type { OAuth2Strategy } from "#connector-kit";
import { type AgentId, type Clock, type ConnectionId, PlatformError, type TenantId } from "#core";
import { type Db, sql, type Tx } from "#db";
import type { AppOf } from "./apps.ts";
import type { Providers } from "./config.ts";
import type { Http } from "./http.ts";
import { parseSettings } from "./in-use.ts";
import { toProviderUrl } from "./provider-url.ts";
import type { ConnectionRole } from "./store.ts";
import { askForToken, type TokenAnswer, toOAuthRequest } from "./token-endpoint.ts";
import type { Vault } from "./vault.ts";

/** What a new connection is made from, however it signs in. */
export interface ConnectionWish {
  provider: string;
  environment: string;
  agentId: AgentId | null;
  name: string | null;
  role: ConnectionRole;
  settings: Record<string, unknown>;
}

/** A sign-in that a browser begins. */
export interface OAuthVisit {
  wish: ConnectionWish;
  /** Set on a reconnect. */
  connectionId: ConnectionId | null;
  /** A path of ours to go to afterwards. */
  returnTo: string | null;
}

/** A visit that came back with tokens. */
export interface FinishedVisit extends OAuthVisit {
  tenantId: TenantId;
  strategy: OAuth2Strategy;
  /** The app that the tokens belong to. */
  app: string;
  answer: TokenAnswer;
}

interface Deps {
  db: Db;
  vault: Vault;
  http: Http;
  providers: Providers;
  clock: Clock;
  appOf: AppOf;
  publicUrl: string;
}

interface StateRow {
  tenant_id: TenantId;
  provider: string;
  connection_id: ConnectionId | null;
  verifier_envelope: string | null;
  request: { wish: ConnectionWish; returnTo: string | null; app: string };
}

const stateMs = 10 * 60_000;

/** The authorization code flow: https://www.rfc-editor.org/rfc/rfc9700.html says what the pieces protect from. */
export function createSignIn({ db, vault, http, providers, clock, appOf, publicUrl }: Deps) {
  return { begin, finish };

  /** `browser` is a secret of this browser, kept in a cookie: whoever finishes must have begun. */
  async function begin(tenantId: TenantId, visit: OAuthVisit, browser: string): Promise<{ url: string }> {
    if (browser.length < 32)
      throw new PlatformError("internal.assumption", "A browser secret is 32 characters at least.");
    const { wish, connectionId, returnTo } = visit;
    const connector = providers.get(wish.provider);
    const strategy = strategyOf(wish.provider);
    checkReturn(returnTo);
    if (connectionId === null) parseSettings(connector, wish.settings);
    const state = randomBytes(32).toString("base64url");
    const verifier = strategy.pkce ? oauth.generateRandomCodeVerifier() : null;
    const { app } = await db.withTenant(tenantId, async (tx) => {
      const found = await appOf.forSignIn(tx, wish.provider, wish.environment);
      await saveState(tx, tenantId, visit, { state, verifier, browser, app: found.reference });
      return found;
    });
    const url = toProviderUrl(providers.base(connector, "auth"), strategy.authorizePath);
    const parameters: Record<string, string> = {
      ...strategy.authorizeParameters,
      response_type: "code",
      client_id: app.clientId,
      redirect_uri: redirectUri(wish.provider),
      scope: strategy.scopes.required.join(" "),
      state,
    };
    if (strategy.scopes.optional.length > 0) parameters.optional_scope = strategy.scopes.optional.join(" ");
    if (verifier !== null) {
      parameters.code_challenge = await oauth.calculatePKCECodeChallenge(verifier);
      parameters.code_challenge_method = "S256";
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { url: url.href };
  }

  async function saveState(
    tx: Tx,
    tenantId: TenantId,
    { wish, connectionId, returnTo }: OAuthVisit,
    secrets: { state: string; verifier: string | null; browser: string; app: string },
  ): Promise<void> {
    const stateHash = hash(secrets.state);
    const owner = { tenantId, subjectId: stateHash.toString("hex") };
    await tx.kysely.deleteFrom("oauth_states").where("expires_at", "<", sql<Date>`now() - interval '1 day'`).execute();
    await tx.kysely
      .insertInto("oauth_states")
      .values({
        state_hash: stateHash,
        tenant_id: tenantId,
        provider: wish.provider,
        environment: wish.environment,
        agent_id: wish.agentId,
        connection_id: connectionId,
        browser_hash: hash(secrets.browser),
        verifier_envelope: secrets.verifier === null ? null : vault.seal(owner, secrets.verifier),
        key_id: secrets.verifier === null ? null : vault.activeKeyId,
        request: JSON.stringify({ wish, returnTo, app: secrets.app }),
        expires_at: sql<Date>`now() + ${stateMs} * interval '1 ms'`,
      })
      .execute();
  }

  /**
   * Takes the provider's answer: the state once, and only from the browser and for the provider it was made for. Throws
   * `connect.state_invalid`, `connect.denied`, `connect.exchange_failed`.
   */
  async function finish(provider: string, query: URLSearchParams, browser: string): Promise<FinishedVisit> {
    const connector = providers.get(provider);
    const strategy = strategyOf(provider);
    const state = query.getAll("state");
    const row = state.length === 1 && browser ? await takeState(state[0] as string, browser) : undefined;
    // Another provider's state here would be a mix-up attack: its code must never reach this token endpoint.
    if (!row || row.provider !== provider) {
      throw new PlatformError("connect.state_invalid", "The sign-in is unknown, used, too old, or of another browser.");
    }
    const code = codeOf(query, state[0] as string);
    const { tenant_id: tenantId, request } = row;
    const owner = { tenantId, subjectId: hash(state[0] as string).toString("hex") };
    const grant: Record<string, string> = {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri(provider),
    };
    if (row.verifier_envelope) grant.code_verifier = vault.open(owner, row.verifier_envelope);
    const app = await db.withTenant(tenantId, (tx) =>
      appOf.byReference(tx, provider, request.wish.environment, request.app),
    );
    const answer = await askForToken(
      http,
      toOAuthRequest(providers, connector, strategy, app, grant),
      clock.now(),
    ).catch((error: PlatformError) => {
      if (error.disposition === "retry" && error.code !== "provider.app_invalid") throw error;
      throw new PlatformError("connect.exchange_failed", error.message, { cause: error });
    });
    const { wish, returnTo } = request;
    return { tenantId, wish, connectionId: row.connection_id, returnTo, strategy, app: request.app, answer };
  }

  async function takeState(state: string, browser: string): Promise<StateRow | undefined> {
    const rows = await db.transaction((tx) =>
      tx.query<StateRow>("select * from take_oauth_state($1, $2)", [hash(state), hash(browser)]),
    );
    return rows[0];
  }

  function strategyOf(provider: string): OAuth2Strategy {
    const strategy = providers.get(provider).auth.find((candidate) => candidate.kind === "oauth2");
    if (strategy?.kind === "oauth2") return strategy;
    throw new PlatformError("request.invalid", `${provider} does not sign in with OAuth.`, {
      errors: [{ pointer: "/provider", code: "no_oauth", detail: "Connect it with its credentials." }],
    });
  }

  function redirectUri(provider: string): string {
    return `${publicUrl.replace(/\/+$/, "")}/oauth/${provider}/callback`;
  }
}

function codeOf(query: URLSearchParams, state: string): string {
  const said = query.get("error");
  if (said === "access_denied") throw new PlatformError("connect.denied", "The access was refused at the provider.");
  if (said !== null) {
    const safe = /^[a-z_]{1,40}$/.test(said) ? said : "an error";
    throw new PlatformError("connect.exchange_failed", `The provider answered the sign-in with ${safe}.`);
  }
  try {
    // The issuer is not compared: none of these providers sends `iss`, and the state names its provider.
    const checked = oauth.validateAuthResponse(
      { issuer: "unknown" },
      { client_id: "unknown" },
      withoutIssuer(query),
      state,
    );
    const code = checked.get("code");
    if (code) return code;
  } catch (cause) {
    throw new PlatformError("connect.state_invalid", "The provider's answer to the sign-in is not valid.", { cause });
  }
  throw new PlatformError("connect.state_invalid", "The provider's answer to the sign-in carries no code.");
}

function withoutIssuer(query: URLSearchParams): URLSearchParams {
  const copy = new URLSearchParams(query);
  copy.delete("iss");
  return copy;
}

// `//host` and `/\host` are other hosts to a browser.
function checkReturn(returnTo: string | null): void {
  if (returnTo === null || /^\/(?![/\\])[^\\\s]*$/.test(returnTo)) return;
  throw new PlatformError("request.invalid", "return_to is a path of this site.", {
    errors: [{ pointer: "/return_to", code: "not_a_path", detail: "Start it with one slash." }],
  });
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
