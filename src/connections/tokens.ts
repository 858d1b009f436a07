import { randomUUID } from "node:crypto";
import type { AuthStrategy, Connector } from "#connector-kit";
import { type Clock, type ConnectionId, PlatformError, sleep, type TenantId } from "#core";
import { type Db, sql, type Tx } from "#db";
import type { AppOf } from "./apps.ts";
import type { Providers } from "./config.ts";
import { type Credentials, strategyOf } from "./credentials.ts";
import type { RefreshJob } from "./refresh.ts";
import { openCredentials } from "./store.ts";
import { type TokenRequest, toClientCredentialsRequest, toOAuthRequest } from "./token-endpoint.ts";
import type { Vault } from "./vault.ts";

export interface Tokens {
  /** Credentials newer than the stale ones: refreshed here, or by whoever was first. Throws `connection.needs_reauth`. */
  renew(tenantId: TenantId, connectionId: ConnectionId, staleVersion: number): Promise<Credentials>;
  /** Refreshes tokens that run out within `withinMs`; answers how many. For the timetable. */
  refreshExpiring(options: { withinMs: number; limit?: number; signal?: AbortSignal }): Promise<number>;
}

interface Deps {
  db: Db;
  vault: Vault;
  providers: Providers;
  clock: Clock;
  appOf: AppOf;
  carryOut(job: RefreshJob): Promise<Credentials>;
  /** Longer than a token request may take (15 s) and store its answer, so that a live holder keeps its lease; 30 s. */
  leaseMs?: number;
}

/** One refresh per connection at a time: in this process by a shared promise, among processes by the lease on the row. */
export function createTokens({ db, vault, providers, clock, appOf, carryOut, leaseMs = 30_000 }: Deps): Tokens {
  const underWay = new Map<ConnectionId, Promise<Credentials>>();
  return { renew, refreshExpiring };

  function renew(tenantId: TenantId, connectionId: ConnectionId, staleVersion: number): Promise<Credentials> {
    const running = underWay.get(connectionId);
    if (running) return running;
    const started = renewAlone(tenantId, connectionId, staleVersion).finally(() => underWay.delete(connectionId));
    underWay.set(connectionId, started);
    return started;
  }

  async function renewAlone(
    tenantId: TenantId,
    connectionId: ConnectionId,
    staleVersion: number,
  ): Promise<Credentials> {
    const giveUpAt = performance.now() + leaseMs * 1.5;
    for (let waitMs = 25; ; waitMs = Math.min(500, waitMs * 2)) {
      const step = await db.withTenant(tenantId, (tx) => leaseOrRead(tx, tenantId, connectionId, staleVersion));
      if (step.kind === "fresh") return step.credentials;
      if (step.kind === "leased") return carryOut(step.job);
      if (performance.now() > giveUpAt) {
        throw new PlatformError(
          "lease.lost",
          "Another process holds the refresh of this connection and does not finish.",
        );
      }
      await sleep(waitMs);
    }
  }

  async function leaseOrRead(tx: Tx, tenantId: TenantId, connectionId: ConnectionId, staleVersion: number) {
    const row = await tx.kysely
      .selectFrom("credentials as k")
      .innerJoin("connections as c", "c.id", "k.connection_id")
      .select(["k.envelope", "k.version", "k.expires_at", "c.provider", "c.auth", "c.environment"])
      .select(sql<boolean>`k.lease_until is not null and k.lease_until > clock_timestamp()`.as("is_held"))
      .where("k.connection_id", "=", connectionId)
      .forUpdate("k")
      .executeTakeFirst();
    if (!row) throw new PlatformError("connection.disconnected", "The connection has no credentials any more.");
    const credentials = openCredentials(vault, tenantId, connectionId, row);
    if (row.version > staleVersion) return { kind: "fresh" as const, credentials };
    if (row.is_held) return { kind: "wait" as const };
    // A lease that ran out tells of a process that died in between. Its request may never have left, and some providers
    // take a used refresh token once more: so the token we have is tried, and only its refusal is the end.
    const connector = providers.get(row.provider);
    const strategy = strategyOf(connector, row.auth);
    const job: RefreshJob = {
      tenantId,
      connectionId,
      version: row.version,
      leaseOwner: randomUUID(),
      secret: credentials.secret,
      isSingleUse: strategy.kind === "oauth2" && strategy.refreshTokens === "single_use",
      request: await requestFor(tx, connector, strategy, row.environment, credentials),
    };
    await tx.kysely
      .updateTable("credentials")
      .set({
        lease_owner: job.leaseOwner,
        lease_until: sql<Date>`clock_timestamp() + ${leaseMs} * interval '1 ms'`,
      })
      .where("connection_id", "=", connectionId)
      .execute();
    return { kind: "leased" as const, job };
  }

  async function requestFor(
    tx: Tx,
    connector: Connector,
    strategy: AuthStrategy,
    environment: string,
    { secret }: Credentials,
  ): Promise<TokenRequest> {
    if (strategy.kind === "client_credentials" && secret.kind === "fields") {
      return toClientCredentialsRequest(providers, connector, strategy, secret.fields);
    }
    if (strategy.kind !== "oauth2" || secret.kind !== "oauth2" || secret.refreshToken === null) {
      throw new PlatformError("connection.needs_reauth", "The provider gave no refresh token for this sign-in.");
    }
    const app = await appOf.byReference(tx, connector.id, environment, secret.app);
    const grant = { grant_type: "refresh_token", refresh_token: secret.refreshToken };
    return toOAuthRequest(providers, connector, strategy, app, grant);
  }

  async function refreshExpiring(options: { withinMs: number; limit?: number; signal?: AbortSignal }): Promise<number> {
    const before = new Date(clock.now() + options.withinMs);
    const due = await db.transaction((tx) =>
      tx.query<{ connection_id: ConnectionId; tenant_id: TenantId; version: number }>(
        "select connection_id, tenant_id, version from find_expiring_credentials($1, $2)",
        [before, options.limit ?? 100],
      ),
    );
    let refreshed = 0;
    const queue = [...due];
    const worker = async () => {
      for (let next = queue.shift(); next && !options.signal?.aborted; next = queue.shift()) {
        // One that fails says so on its own connection; the others go on.
        const done = await renew(next.tenant_id, next.connection_id, next.version).then(
          () => true,
          () => false,
        );
        if (done) refreshed++;
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    return refreshed;
  }
}
