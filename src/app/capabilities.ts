import { Redis } from "ioredis";
import type { Logger } from "pino";
import { createCalls } from "#calls";
import {
  createConnections,
  createGateway,
  createGovernor,
  createKeeper,
  createMemoryRateStore,
  createRedisRateStore,
  createSqlRateStore,
  createVault,
  createWebhookDirectory,
  createWriteLedger,
  type RateStore,
  type VaultKey,
} from "#connections";
import type { Connector, ProviderApi } from "#connector-kit";
import type { Clock } from "#core";
import type { Db } from "#db";
import { createEvents } from "#events";
import { createTracer } from "#insights";
import { createBullmqTransport, createLanes, createPgBossTransport } from "#jobs";
import { createInbound } from "#webhooks";
import type { Config } from "./config.ts";
import type { createProviderMetrics } from "./metrics.ts";
import { readProviders } from "./providers.ts";
import { createTakeCall } from "./take-call.ts";

/** Together with the 25 s of the workers below the 30 s after which orchestrators kill. */
const keeperPatienceMs = 3_000;

interface Deps {
  config: Config;
  db: Db;
  keys: readonly VaultKey[];
  publicUrl: string;
  clock: Clock;
  log: Logger;
  allConnectors: ReadonlyMap<string, Connector>;
  providerMetrics: ReturnType<typeof createProviderMetrics>;
  tapApi(api: ProviderApi): ProviderApi;
}

/** Every capability on one database, wired to each other; nothing runs yet. */
export function createCapabilities(deps: Deps) {
  const { config, db, keys, publicUrl, clock, log, allConnectors, providerMetrics, tapApi } = deps;
  const { connectors, bases, apps } = readProviders(config, allConnectors);
  const vault = createVault({ keys, activeKeyId: keys[0]?.id ?? "" });
  const redis = config.REDIS_URL ? new Redis(config.REDIS_URL, { maxRetriesPerRequest: 1, lazyConnect: true }) : null;
  redis?.on("error", (error) => log.warn({ err: error }, "Redis is not reachable."));
  const governor = createGovernor({ store: rateStore(), clock });
  // The files of the embedded database belong to this one process, so there another one cannot store tokens.
  const keeper = config.DATABASE_URL ? createKeeper({ db, vault, databaseUrl: config.DATABASE_URL, keys }) : null;
  const gateway = createGateway({
    db,
    vault,
    connectors: [...connectors.values()],
    governor,
    clock,
    bases,
    apps,
    log,
    metrics: providerMetrics,
    ...(keeper && { keeper }),
  });
  const transport = config.REDIS_URL
    ? createBullmqTransport({ db, redisUrl: config.REDIS_URL, log })
    : createPgBossTransport({ db, log });
  const lanes = createLanes({ transport, clock });
  const calling = createCalls({
    db,
    lanes,
    connectors,
    apiFor: async (...use) => tapApi(await gateway.forConnection(...use)),
    ledger: createWriteLedger(),
    clock,
  });
  const connections = createConnections({
    db,
    vault,
    gateway,
    clock,
    publicUrl,
    apps,
    log,
    onConnected: (tx, { tenant_id, id }) => calling.wakeCallSyncs(tx, tenant_id, id),
  });
  const receiving = createInbound({
    db,
    lanes,
    clock,
    connectors,
    ...createWebhookDirectory({ db, vault }),
    appSecret: async (provider) => apps[provider]?.clientSecret ?? null,
    apiFor: gateway.forConnection,
    takeCall: createTakeCall(calling.calls),
    hasCall: async (tenantId, id) => (await calling.calls.read(tenantId, id)) !== null,
  });

  const onError = (error: unknown) =>
    log.warn({ err: error }, "New events could not be looked for; it is tried again.");
  const events = createEvents({ db, onError });

  return {
    vault,
    connectors,
    connections,
    gateway,
    transport,
    lanes,
    calls: calling.calls,
    retryFailed: calling.retryFailed,
    messages: calling.messages,
    inbound: receiving.inbound,
    events,
    flushRefusals: receiving.flushRefusals,
    handlers: [...calling.handlers, ...receiving.handlers],
    tracer: createTracer({ db, connectors, publicUrl }),
    async close(): Promise<void> {
      await events.close();
      await keeper?.close({ withinMs: keeperPatienceMs });
      await gateway.close();
      redis?.disconnect();
    },
  };

  function rateStore(): RateStore {
    if (redis) return createRedisRateStore(redis);
    // One process needs to share its budget with nobody.
    return db.engine === "pglite" ? createMemoryRateStore(clock) : createSqlRateStore(db);
  }
}

export type Capabilities = ReturnType<typeof createCapabilities>;
