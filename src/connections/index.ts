export { type Claim, claim, readClaims, releaseClaims } from "./claims.ts";
export type { Log, Metrics, ProviderApp, ProviderBase } from "./config.ts";
export { createGateway, type Gateway, type GatewayDeps } from "./gateway.ts";
export { createGovernor, type Governor } from "./governor.ts";
export { createWriteLedger, type Intent, type Intents, type WriteLedger } from "./ledger.ts";
export { createMemoryRateStore } from "./rate-store-memory.ts";
export { createRedisRateStore, type RedisScripts } from "./rate-store-redis.ts";
export { createSqlRateStore } from "./rate-store-sql.ts";
export {
  type Connection,
  type ConnectionRole,
  type ConnectionStatus,
  connectionRoles,
  connectionStatuses,
  findConnection,
  listConnections,
} from "./store.ts";
export { createVault, type Vault, type VaultKey } from "./vault.ts";
