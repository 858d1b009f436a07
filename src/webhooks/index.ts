export { createInbound } from "./create-inbound.ts";
export type { HandleDeps } from "./handle.ts";
export * from "./inbound.ts";
export type { Listener, ReceiveDeps } from "./receive.ts";
