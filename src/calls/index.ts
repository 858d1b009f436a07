export * from "./calls.ts";
export { type CallsDeps, createCalls } from "./create-calls.ts";
export * from "./messages.ts";
