import type { ProviderApp, ProviderBase } from "#connections";
import type { Connector, LimitBucket } from "#connector-kit";
import type { Config } from "./config.ts";

/** What the settings say about each provider, in the words of the gateway. */
export function readProviders(config: Pick<Config, "providers">, connectors: ReadonlyMap<string, Connector>) {
  const bases: Record<string, ProviderBase> = {};
  const apps: Record<string, ProviderApp> = {};
  const limited = new Map<string, Connector>();
  for (const [id, connector] of connectors) {
    const { BASE_URL, AUTH_URL, CLIENT_ID, CLIENT_SECRET, RATE_LIMIT } = config.providers[id] ?? {};
    bases[id] = { ...(BASE_URL && { api: BASE_URL }), ...(AUTH_URL && { auth: AUTH_URL }) };
    if (CLIENT_ID && CLIENT_SECRET) apps[id] = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
    limited.set(id, RATE_LIMIT ? { ...connector, limits: otherLimits(connector.limits, RATE_LIMIT) } : connector);
  }
  return { connectors: limited, bases, apps };
}

/** Each of the connector's buckets with the wanted limit, or none. */
function otherLimits(limits: readonly LimitBucket[], wanted: string): LimitBucket[] {
  if (wanted === "off") return [];
  const [requests = 1, perMs = 1] = wanted.split("/").map(Number);
  // A tenth at once, as the published limits have it: burst and rate together stay within the limit.
  return limits.map((bucket) => ({ ...bucket, requests, perMs, burst: Math.max(1, Math.floor(requests / 10)) }));
}
