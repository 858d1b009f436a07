import { type Connector, callSteps } from "#connector-kit";
import { newId, type TenantId } from "#core";
import type { Tx } from "#db";
import type { LaneHandler, Lanes } from "#jobs";
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
import { type MessageRow, messageColumns, toMessageRecord } from "./message-store.ts";
import { callSubject, messageSubject, type Subject } from "./subject.ts";

/** The lane kind of one connection's syncs, of calls and of messages. */
export const callSyncLane = "call_sync";
/** The lane kind of a tenant's calls and messages that were inserted with plain SQL; the triggers of migrations 0004 and 0006 wake it. */
export const callRoutingLane = "call_routing";

export const postCallPriority = 1;
export const backfillPriority = 4;

const routingSlice = 200;

/** Hands what is stored to the agent's connections: a sync each, queued, or skipped with the rule that left it out. */
export function createRouting({ connectors, lanes }: { connectors: ReadonlyMap<string, Connector>; lanes: Lanes }) {
  return { route, handler };

  /** Answers how many syncs each record got. The transaction must name the tenant. */
  async function route(
    tx: Tx,
    tenantId: TenantId,
    subjects: readonly Subject[],
    priority: number,
  ): Promise<Map<string, number>> {
    const connections = await readRoutableConnections(tx, tenantId);
    const takers = { call: connections.filter(takesCalls), message: connections.filter(takesMessages) };
    const counts = new Map<string, number>();
    const syncs = subjects.flatMap((subject) => {
      const { kind, record } = subject;
      const taken = takers[kind]
        .filter(({ agent_id }) => agent_id === null || agent_id === record.agent_id)
        .map((connection) => syncOf(subject, connection, priority));
      counts.set(record.id, taken.length);
      return taken;
    });
    await insertSyncs(tx, tenantId, syncs);
    const queued = new Set(syncs.filter(({ state }) => state === "queued").map(({ connection_id }) => connection_id));
    await lanes.wake(
      tx,
      [...queued].map((subjectId) => ({ kind: callSyncLane, subjectId, tenantId })),
    );
    return counts;
  }

  function takesCalls({ provider }: RoutableConnection): boolean {
    const actions = connectors.get(provider)?.actions;
    return Boolean(
      actions &&
        (actions.createContact || callSteps.some((step) => step !== "contact" && step !== "message" && actions[step])),
    );
  }

  /** A connection for appointments or workflows only wants none of them. */
  function takesMessages({ provider, role }: RoutableConnection): boolean {
    return role === "everything" && connectors.get(provider)?.actions.message !== undefined;
  }

  function handler(): LaneHandler {
    return {
      kind: callRoutingLane,
      runSlice: (slice) =>
        slice.transaction(async (tx) => {
          const { tenantId } = slice.lane;
          const calls = await readUnrouted<CallRow>(tx, tenantId, `${callColumns} from calls c`, "c");
          const messages = await readUnrouted<MessageRow>(tx, tenantId, `${messageColumns} from messages m`, "m");
          if (calls.length === 0 && messages.length === 0) return { next: "idle" };
          const subjects = [
            ...calls.map((row) => callSubject(toCallRecord(row))),
            ...messages.map((row) => messageSubject(toMessageRecord(row))),
          ];
          await route(tx, tenantId, subjects, postCallPriority);
          await markRouted(tx, tenantId, "calls", calls);
          await markRouted(tx, tenantId, "messages", messages);
          return calls.length < routingSlice && messages.length < routingSlice ? { next: "idle" } : { next: "now" };
        }),
    };
  }
}

export type Routing = ReturnType<typeof createRouting>;

function readUnrouted<Row>(tx: Tx, tenantId: TenantId, columnsFrom: string, alias: string): Promise<Row[]> {
  return tx.query<Row>(
    `select ${columnsFrom} where ${alias}.tenant_id = $1 and ${alias}.routed_at is null order by ${alias}.id limit $2 for update`,
    [tenantId, routingSlice],
  );
}

async function markRouted(tx: Tx, tenantId: TenantId, table: "calls" | "messages", rows: { id: string }[]) {
  if (rows.length === 0) return;
  await tx.query(`update ${table} set routed_at = now() where tenant_id = $1 and id = any($2)`, [
    tenantId,
    rows.map(({ id }) => id),
  ]);
}

function syncOf(subject: Subject, connection: RoutableConnection, priority: number): SyncToInsert {
  const leftOut = leftOutBy(connection.sync_conditions, subject);
  return {
    id: newId("callSync"),
    ...(subject.kind === "call" ? { call_id: subject.record.id } : { message_id: subject.record.id }),
    connection_id: connection.id,
    state: leftOut ? "skipped" : "queued",
    reason: leftOut?.rule ?? null,
    detail: leftOut?.detail ?? null,
    priority,
  };
}
