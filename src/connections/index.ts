export { deleteProviderApp, listProviderApps, saveProviderApp } from "./apps.ts";
export { type CheckLine, type CheckOptions, testConnection } from "./checklist.ts";
export { type Claim, claim, readClaims, releaseClaims } from "./claims.ts";
export type { Log, Metrics, ProviderApp, ProviderBase } from "./config.ts";
export { addConnectToken, type ConnectTokenRow, findConnectToken } from "./connect-tokens.ts";
export {
  type CheckReport,
  type ConnectionChange,
  type Connections,
  type ConnectionsDeps,
  createConnections,
} from "./connections.ts";
export { createGateway, type Gateway, type GatewayDeps, type UseOptions } from "./gateway.ts";
export { createGovernor, type Governor } from "./governor.ts";
export { createKeeper, type Keeper } from "./keeper.ts";
export { createWriteLedger, type Intent, type Intents, type WriteLedger } from "./ledger.ts";
export { type Metadata, metadataOf, readMetadata, saveMetadata } from "./metadata.ts";
export type { RateStore } from "./rate-budget.ts";
export { createMemoryRateStore } from "./rate-store-memory.ts";
export { createRedisRateStore, type RedisScripts } from "./rate-store-redis.ts";
export { createSqlRateStore } from "./rate-store-sql.ts";
export { rotateKeys } from "./rotate-keys.ts";
export type { ConnectionRow } from "./row.ts";
export type { ConnectionWish, OAuthVisit } from "./sign-in.ts";
export {
  type Connection,
  type ConnectionRole,
  type ConnectionStatus,
  connectionRoles,
  connectionStatuses,
  findConnection,
} from "./store.ts";
export { createVault, type Vault, type VaultKey } from "./vault.ts";
export {
  addWebhookSecret,
  createWebhookDirectory,
  deactivateWebhookSecret,
  type Listener,
  listWebhookSecrets,
} from "./webhook-secrets.ts";
