export type { HubSpotControl, PortalControl, StoredRecord, Which } from "./control.ts";
export type { HubSpotLimits } from "./limits.ts";
export {
  type App,
  type AppOptions,
  allScopes,
  defaults,
  type HubSpotOptions,
  type StaticTokenOptions,
} from "./options.ts";
export type { PortalOptions } from "./portal.ts";
export type { Seed } from "./seed.ts";
export { createHubSpotSimulator } from "./simulator.ts";
