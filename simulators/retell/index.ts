export { buildCall, type CallOptions } from "./build-call.ts";
export { defaults, type RetellOptions } from "./options.ts";
export { signWebhook } from "./signature.ts";
export { createRetellSimulator, type RetellControl } from "./simulator.ts";
export type { Agent, AgentOptions, RetellCall, Utterance } from "./types.ts";
