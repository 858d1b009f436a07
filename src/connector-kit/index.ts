export * from "./actions.ts";
export * from "./api.ts";
export * from "./auth.ts";
export * from "./connector.ts";
export * from "./limits.ts";
export * from "./signatures.ts";
