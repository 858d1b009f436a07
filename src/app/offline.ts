import type { Logger } from "pino";
import { createApiMetrics } from "#api";
import { createConnectors } from "#connectors";
import { systemClock } from "#core";
import type { Db } from "#db";
import { type Capabilities, createCapabilities } from "./capabilities.ts";
import type { Config } from "./config.ts";
import { readEncryptionKeys } from "./encryption-keys.ts";
import { createProviderMetrics } from "./metrics.ts";
import { openStorage } from "./storage.ts";

/** The capabilities on their database without server, workers and timetable: for commands. What they set going waits for a worker. */
export async function openOffline(
  config: Config,
  log: Logger,
): Promise<{ db: Db; capabilities: Capabilities; close(): Promise<void> }> {
  const keys = await readEncryptionKeys(config, (message) => log.warn(message));
  const db = await openStorage(config, log);
  const capabilities = createCapabilities({
    config,
    db,
    keys,
    publicUrl: config.TIELINE_PUBLIC_URL ?? `http://localhost:${config.PORT}`,
    clock: systemClock,
    log,
    allConnectors: createConnectors(),
    providerMetrics: createProviderMetrics(createApiMetrics().registry),
    tapApi: (api) => api,
  });
  const { transport } = capabilities;
  try {
    await transport.prepare();
    await transport.open();
  } catch (error) {
    await db.close();
    throw error;
  }
  return {
    db,
    capabilities,
    async close() {
      await transport.close();
      await capabilities.close();
      await db.close();
    },
  };
}
