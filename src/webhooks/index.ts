export * from "./inbound.ts";
