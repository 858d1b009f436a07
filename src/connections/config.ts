import type { Connector } from "#connector-kit";
import { PlatformError } from "#core";

/** Where a provider is, when not at the hosts of its manifest. */
export interface ProviderBase {
  api?: string;
  auth?: string;
}

/** Our OAuth app at a provider. */
export interface ProviderApp {
  clientId: string;
  clientSecret: string;
}

/** As much of the product's log as this folder needs. */
export interface Log {
  debug(facts: Record<string, unknown>, message: string): void;
  info(facts: Record<string, unknown>, message: string): void;
  warn(facts: Record<string, unknown>, message: string): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {} };

export interface Metrics {
  /** `result`: `ok` or an error code. */
  request(facts: { provider: string; effect: "read" | "write"; result: string; ms: number }): void;
}

export interface Providers {
  get(id: string): Connector;
  all(): Connector[];
  base(connector: Connector, host?: "api" | "auth"): string;
}

/** The connectors by id, with their configured hosts. */
export function createProviders(connectors: readonly Connector[], bases: Record<string, ProviderBase> = {}): Providers {
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  return {
    get(id) {
      const connector = byId.get(id);
      if (connector) return connector;
      throw new PlatformError("provider.unknown", `There is no connector "${id}".`);
    },
    all: () => [...byId.values()],
    base({ id, hosts }, host = "api") {
      const configured = bases[id];
      const api = configured?.api ?? hosts.api;
      // A stand-in usually serves sign-in and API from one host.
      return host === "api" ? api : (configured?.auth ?? (configured?.api ? api : (hosts.auth ?? api)));
    },
  };
}
