export { applyBootstrap, Bootstrap, type BootstrapReport, readBootstrap } from "./bootstrap.ts";
export { type Capabilities, createCapabilities } from "./capabilities.ts";
export { type Config, ConfigError, readConfig } from "./config.ts";
export { type App, createApp } from "./create-app.ts";
export { readEncryptionKeys } from "./encryption-keys.ts";
export { createLog } from "./log.ts";
export { runUntilSignal } from "./run-process.ts";
export { databaseFolder, openStorage } from "./storage.ts";
export { version } from "./version.ts";
