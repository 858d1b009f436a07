export type { OrgControl, SalesforceControl, StoredRecord } from "./control.ts";
export type { CustomFieldOptions } from "./fields.ts";
export { type AppOptions, allScopes, defaults, type SalesforceOptions } from "./options.ts";
export { type DuplicateRule, defaultFields, type FlowOptions, type OrgOptions, type ValidationRule } from "./org.ts";
export { createSalesforceSimulator } from "./simulator.ts";
