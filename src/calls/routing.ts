import { type Connector, callSteps } from "#connector-kit";
import { newId, type TenantId } from "#core";
import type { Tx } from "#db";
import type { LaneHandler, Lanes } from "#jobs";
import type { CallRecord } from "#model";
import {
  type CallRow,
  callColumns,
  insertSyncs,
  type RoutableConnection,
  readRoutableConnections,
  type SyncToInsert,
  toCallRecord,
} from "./accept-store.ts";
import { leftOutBy } from "./conditions.ts";

/** The lane kind of one connection's call syncs. */
export const callSyncLane = "call_sync";
/** The lane kind of a tenant's calls that were inserted with plain SQL; the trigger of migration 0004 wakes it. */
export const callRoutingLane = "call_routing";

export const postCallPriority = 1;
export const backfillPriority = 4;

const routingSlice = 200;

/** Hands stored calls to the agent's connections: a sync each, queued, or skipped with the rule that left it out. */
export function createRouting({ connectors, lanes }: { connectors: ReadonlyMap<string, Connector>; lanes: Lanes }) {
  return { routeCalls, handler };

  /** Answers how many syncs each call got. The transaction must name the tenant. */
  async function routeCalls(
    tx: Tx,
    tenantId: TenantId,
    calls: readonly CallRecord[],
    priority: number,
  ): Promise<Map<string, number>> {
    const connections = (await readRoutableConnections(tx, tenantId)).filter(takesCalls);
    const syncs = calls.flatMap((call) =>
      connections
        .filter(({ agent_id }) => agent_id === null || agent_id === call.agent_id)
        .map((connection) => syncOf(call, connection, priority)),
    );
    await insertSyncs(tx, tenantId, syncs);
    const queued = new Set(syncs.filter(({ state }) => state === "queued").map(({ connection_id }) => connection_id));
    await lanes.wake(
      tx,
      [...queued].map((subjectId) => ({ kind: callSyncLane, subjectId, tenantId })),
    );
    const counts = new Map<string, number>();
    for (const { call_id } of syncs) counts.set(call_id, (counts.get(call_id) ?? 0) + 1);
    return counts;
  }

  function takesCalls({ provider }: RoutableConnection): boolean {
    const actions = connectors.get(provider)?.actions;
    return Boolean(actions && (actions.createContact || callSteps.some((step) => step !== "contact" && actions[step])));
  }

  function handler(): LaneHandler {
    return {
      kind: callRoutingLane,
      async runSlice(slice) {
        const { tenantId } = slice.lane;
        return slice.transaction(async (tx) => {
          const rows = await tx.query<CallRow>(
            `select ${callColumns} from calls c where c.tenant_id = $1 and c.routed_at is null order by c.id limit $2 for update`,
            [tenantId, routingSlice],
          );
          if (rows.length === 0) return { next: "idle" };
          await routeCalls(tx, tenantId, rows.map(toCallRecord), postCallPriority);
          await tx.query("update calls set routed_at = now() where tenant_id = $1 and id = any($2)", [
            tenantId,
            rows.map(({ id }) => id),
          ]);
          return rows.length < routingSlice ? { next: "idle" } : { next: "now" };
        });
      },
    };
  }
}

export type Routing = ReturnType<typeof createRouting>;

function syncOf(call: CallRecord, connection: RoutableConnection, priority: number): SyncToInsert {
  const leftOut = leftOutBy(connection.sync_conditions, call);
  return {
    id: newId("callSync"),
    call_id: call.id,
    connection_id: connection.id,
    state: leftOut ? "skipped" : "queued",
    reason: leftOut?.rule ?? null,
    detail: leftOut?.detail ?? null,
    priority,
  };
}
