export type { CompanyOptions } from "./company.ts";
export type { CompanyControl, PipedriveControl, Which } from "./control.ts";
export type { PipedriveLimits, Plan } from "./limits.ts";
export { type ApiTokenOptions, type AppOptions, allScopes, defaults, type PipedriveOptions } from "./options.ts";
export type { Seed } from "./seed.ts";
export { createPipedriveSimulator } from "./simulator.ts";
