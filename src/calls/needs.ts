import type { WriteLedger } from "#connections";
import type { Connector, Priority, ProviderApi } from "#connector-kit";
import type { Clock, ConnectionId, TenantId } from "#core";

/** What working call syncs needs from outside. */
export interface SyncNeeds {
  connectors: ReadonlyMap<string, Connector>;
  /** Throws PlatformError when the connection cannot be used now. */
  apiFor(
    tenantId: TenantId,
    connectionId: ConnectionId,
    options: { priority: Priority; signal: AbortSignal },
  ): Promise<ProviderApi>;
  ledger: WriteLedger;
  clock: Clock;
}
