import { type Clock, type ConnectionId, type PlatformError, type TenantId, toPlatformError } from "#core";
import type { Db } from "#db";
import type { Log } from "./config.ts";
import type { Gateway } from "./gateway.ts";
import { markDegraded, markRecovered } from "./status.ts";

const minute = 60_000;
/** A connection at work shows by itself that it is well, so only one without a success for this long is asked. */
const silentMs = 15 * minute;
/** A connection in trouble is asked this often. */
const againMs = 5 * minute;
const atOnce = 8;

interface Due {
  id: ConnectionId;
  tenant_id: TenantId;
}

interface Deps {
  db: Db;
  gateway: Gateway;
  clock: Clock;
  log: Log;
}

/**
 * Asks the accounts of silent and degraded connections who they are, the cheapest question there is, and notes how they
 * stand: connected, degraded, or (by the gateway) needs_reauth. One slice; answers how many were asked. For the timetable.
 */
export function createHealthCheck({ db, gateway, clock, log }: Deps) {
  return async function checkHealth(options: { limit?: number; signal?: AbortSignal } = {}): Promise<number> {
    const { limit = 200, signal } = options;
    const due = await take(limit);
    let next = 0;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let one = due[next++]; one && !signal?.aborted; one = due[next++]) await check(one, signal);
      }),
    );
    return due.length;
  };

  function take(limit: number): Promise<Due[]> {
    const providers = gateway.providers.all().flatMap(({ id, account }) => (account ? [id] : []));
    const now = clock.now();
    return db.transaction((tx) =>
      tx.query<Due>("select id, tenant_id from take_connections_to_check($1, $2, $3, $4, $5)", [
        providers,
        new Date(now - silentMs),
        new Date(now - againMs),
        new Date(now),
        limit,
      ]),
    );
  }

  async function check({ id, tenant_id: tenantId }: Due, signal?: AbortSignal): Promise<void> {
    try {
      const api = await gateway.forConnection(tenantId, id, { priority: "delta", ...(signal && { signal }) });
      await gateway.providers.get(api.connection.provider).account?.(api);
      await db.withTenant(tenantId, (tx) => markRecovered(tx, id));
    } catch (thrown) {
      if (signal?.aborted) return;
      const error = toPlatformError(thrown);
      if (tellsOfTheAccount(error)) await db.withTenant(tenantId, (tx) => markDegraded(tx, id, error));
      // Paused, disconnected or parked meanwhile, or busy: that is no illness. What is ours to mend is for the log.
      else if (error.causeClass === "internal")
        log.warn({ connectionId: id, code: error.code }, "A health check could not be made.");
    }
  }
}

function tellsOfTheAccount({ code }: PlatformError): boolean {
  return code.startsWith("provider.") && code !== "provider.rate_limited";
}
