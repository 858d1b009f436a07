import type { AuthStrategy, ClientCredentialsStrategy, Connector, Priority, ProviderApi } from "#connector-kit";
import { type Clock, type ConnectionId, PlatformError, type TenantId } from "#core";
import { type Db, now } from "#db";
import { type AppOf, createAppOf } from "./apps.ts";
import { createBreakers } from "./breaker.ts";
import { budgetsOf } from "./budgets.ts";
import {
  createProviders,
  type Log,
  type Metrics,
  type ProviderApp,
  type ProviderBase,
  type Providers,
  silentLog,
} from "./config.ts";
import { type Secret, strategyOf } from "./credentials.ts";
import type { Governor } from "./governor.ts";
import { createHttp, type Http } from "./http.ts";
import { readForUse, refuseUnlessUsable, toView } from "./in-use.ts";
import type { Keeper } from "./keeper.ts";
import { carryOut } from "./refresh.ts";
import { createApi, type Session } from "./send.ts";
import { markNeedsReauth } from "./status.ts";
import { askForToken, type TokenAnswer, toClientCredentialsRequest } from "./token-endpoint.ts";
import { createTokens, type Tokens } from "./tokens.ts";
import type { Vault } from "./vault.ts";

export interface GatewayDeps {
  db: Db;
  vault: Vault;
  connectors: readonly Connector[];
  governor: Governor;
  clock: Clock;
  /** Hosts other than those of the manifests, by provider. */
  bases?: Record<string, ProviderBase>;
  /** The installation's OAuth apps, by provider. */
  apps?: Record<string, ProviderApp>;
  log?: Log;
  metrics?: Metrics;
  /** Carries the refreshes of single-use tokens out in a process that outlives this one; in this process when absent. */
  keeper?: Pick<Keeper, "carryOut">;
  /** How long a refresh may take before others try: longer than a token request may (15 s); 30 s. */
  refreshLeaseMs?: number;
}

export interface UseOptions {
  priority: Priority;
  signal?: AbortSignal;
}

/** An account that is not connected yet: its credentials are tried before they are saved. */
export interface Draft {
  id: ConnectionId;
  connector: Connector;
  strategy: AuthStrategy;
  environment: string;
  settings: Record<string, unknown>;
  secret: Secret;
  externalAccountId: string | null;
}

/** The only way out to the providers. */
export interface Gateway {
  /**
   * The API of one connection, with its row and credentials read once. Keep it for one slice of work. Throws
   * `connection.not_found`, `connection.paused`, `connection.disconnected`, `connection.needs_reauth`, and
   * `provider.outage` while the breaker is open.
   */
  forConnection(tenantId: TenantId, connectionId: ConnectionId, options: UseOptions): Promise<ProviderApi>;
  forDraft(draft: Draft, options: UseOptions): ProviderApi;
  /** Exchanges client credentials that are not saved yet. Throws `request.invalid` when the provider refuses them. */
  tokenFor(
    connector: Connector,
    strategy: ClientCredentialsStrategy,
    fields: Record<string, string>,
  ): Promise<TokenAnswer>;
  /** Milliseconds until a request of this connection could go. */
  headroom(tenantId: TenantId, connectionId: ConnectionId, priority: Priority): Promise<number>;
  readonly appOf: AppOf;
  readonly tokens: Tokens;
  readonly http: Http;
  readonly providers: Providers;
  close(): Promise<void>;
}

export function createGateway(deps: GatewayDeps): Gateway {
  const { db, vault, governor, clock, log = silentLog, metrics } = deps;
  const providers = createProviders(deps.connectors, deps.bases);
  const http = createHttp();
  const breakers = createBreakers(clock);
  const appOf = createAppOf({ vault, apps: deps.apps ?? {} });
  const tokens = createTokens({
    db,
    vault,
    providers,
    clock,
    appOf,
    ...(deps.refreshLeaseMs !== undefined && { leaseMs: deps.refreshLeaseMs }),
    // A reusable refresh token survives any crash, so only the others need a process that does.
    carryOut: (job) =>
      deps.keeper && job.isSingleUse ? deps.keeper.carryOut(job) : carryOut(job, { db, vault, http, clock }),
  });
  const shared = { http, governor, clock, log, metrics };
  const lastNoted = new Map<ConnectionId, number>();

  return { forConnection, forDraft, tokenFor, headroom, appOf, tokens, http, providers, close: () => http.close() };

  async function forConnection(
    tenantId: TenantId,
    connectionId: ConnectionId,
    options: UseOptions,
  ): Promise<ProviderApi> {
    const { connection, credentials } = await db.withTenant(tenantId, (tx) =>
      readForUse(tx, vault, tenantId, connectionId),
    );
    const breaker = breakers.of(connectionId);
    const storedUntil = connection.breaker_until?.getTime() ?? 0;
    if (storedUntil > clock.now()) breaker.openUntil(storedUntil);
    refuseUnlessUsable(connection, breaker.peekMs());
    if (!credentials) throw new PlatformError("connection.needs_reauth", "The connection has no credentials.");
    const connector = providers.get(connection.provider);
    const strategy = strategyOf(connector, connection.auth);
    const session: Session = {
      connector,
      strategy,
      view: toView(connector, connection),
      base: (host) => providers.base(connector, host),
      budgets: budgetsOf(connector, connection, credentials.secret),
      credentials,
      renew: canRenew(strategy, credentials.secret)
        ? (stale) => tokens.renew(tenantId, connectionId, stale.version)
        : null,
      breaker,
      onRefused: (error) => park(tenantId, connectionId, error),
      onBreak: (until, error) => noteOutage(tenantId, connectionId, until, error),
      onSuccess: () => noteSuccess(tenantId, connectionId),
      ...options,
    };
    return createApi(session, shared);
  }

  function forDraft(draft: Draft, options: UseOptions): ProviderApi {
    const { id, connector, strategy, environment, settings, secret, externalAccountId } = draft;
    const view = { id, provider: connector.id, environment, externalAccountId, settings, state: {} };
    const owner = {
      id,
      provider: connector.id,
      environment,
      external_account_id: externalAccountId,
      auth: strategy.kind,
    };
    return createApi(
      {
        connector,
        strategy,
        view,
        base: (host) => providers.base(connector, host),
        budgets: budgetsOf(connector, owner, secret),
        credentials: { secret, version: 0, expiresAt: null },
        renew: null,
        breaker: null,
        onRefused: async (error) => error,
        ...options,
      },
      shared,
    );
  }

  async function tokenFor(connector: Connector, strategy: ClientCredentialsStrategy, fields: Record<string, string>) {
    const request = toClientCredentialsRequest(providers, connector, strategy, fields);
    return askForToken(http, request, clock.now()).catch((error: PlatformError) => {
      // Here the app is the person's own, so every refusal is about what they typed.
      if (error.code !== "provider.credentials_invalid" && error.code !== "provider.app_invalid") throw error;
      const errors = strategy.fields.map(({ name }) => ({
        pointer: `/credentials/${name}`,
        code: "refused_by_provider",
        detail: error.message,
      }));
      throw new PlatformError("request.invalid", "The provider does not accept these credentials.", {
        cause: error,
        errors,
      });
    });
  }

  async function headroom(tenantId: TenantId, connectionId: ConnectionId, priority: Priority): Promise<number> {
    const { connection, credentials } = await db.withTenant(tenantId, (tx) =>
      readForUse(tx, vault, tenantId, connectionId),
    );
    if (!credentials) return 0;
    const budgets = budgetsOf(providers.get(connection.provider), connection, credentials.secret);
    return governor.headroom(budgets.byDefault, priority);
  }

  async function park(tenantId: TenantId, connectionId: ConnectionId, error: PlatformError): Promise<PlatformError> {
    await db.withTenant(tenantId, (tx) => markNeedsReauth(tx, connectionId, error.code, error));
    return new PlatformError("connection.needs_reauth", error.message, {
      cause: error,
      ...(error.provider && { provider: error.provider }),
    });
  }

  async function noteOutage(tenantId: TenantId, connectionId: ConnectionId, until: number, error: PlatformError) {
    log.warn({ connectionId, code: error.code, until }, "The provider is down for this connection; requests pause.");
    await db.withTenant(tenantId, ({ kysely }) =>
      kysely
        .updateTable("connections")
        .set({ breaker_until: new Date(until), last_error_at: now })
        .where("id", "=", connectionId)
        .execute(),
    );
  }

  // Once a minute: a connection page that is a minute old is worth more than a row written with each request.
  async function noteSuccess(tenantId: TenantId, connectionId: ConnectionId): Promise<void> {
    const at = clock.now();
    if (at - (lastNoted.get(connectionId) ?? Number.NEGATIVE_INFINITY) < 60_000) return;
    if (lastNoted.size > 20_000) lastNoted.clear();
    lastNoted.set(connectionId, at);
    await db.withTenant(tenantId, ({ kysely }) =>
      kysely
        .updateTable("connections")
        .set({ last_success_at: new Date(at) })
        .where("id", "=", connectionId)
        .execute(),
    );
  }
}

function canRenew(strategy: AuthStrategy, secret: Secret): boolean {
  if (strategy.kind === "client_credentials") return true;
  return secret.kind === "oauth2" && secret.refreshToken !== null;
}
