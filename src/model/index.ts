export * from "./call.ts";
export * from "./message.ts";
