export type { GoHighLevelControl, LocationControl, Which } from "./control.ts";
export type { GoHighLevelLimits } from "./limits.ts";
export type { LocationOptions } from "./location.ts";
export {
  type App,
  type AppOptions,
  allScopes,
  type CompanyOptions,
  defaults,
  type GoHighLevelOptions,
  type PrivateTokenOptions,
} from "./options.ts";
export { createGoHighLevelSimulator } from "./simulator.ts";
export { publicKey, signWebhook } from "./webhook-sender.ts";
