export { createTracer } from "./create-tracer.ts";
export * from "./trace.ts";
