export type { Call, CallImported } from "./contract/calls.ts";
export { type Scope, scopes } from "./contract/session.ts";
export { type Api, type ApiConfig, type ApiDeps, createApi } from "./create-api.ts";
export { createKeyStore, type KeyStore } from "./key-store.ts";
export { hashKey, newKeySecret } from "./keys.ts";
export { type ApiMetrics, createApiMetrics } from "./metrics.ts";
export { buildOpenApi } from "./openapi.ts";
export type { ReadyCheck } from "./operator-routes.ts";
export type {
  CheckLine,
  CheckReport,
  ConnectionChange,
  ConnectionRow,
  ConnectionsPort,
  ConnectionWish,
  OAuthVisit,
} from "./ports.ts";
