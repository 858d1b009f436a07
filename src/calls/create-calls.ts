import { type ConnectionId, newId, type TenantId } from "#core";
import type { Db, Tx } from "#db";
import type { LaneHandler, Lanes } from "#jobs";
import { CompletedCall } from "#model";
import { createAccept } from "./accept.ts";
import { createAcceptMessages } from "./accept-messages.ts";
import type { AcceptedCall, Calls } from "./calls.ts";
import { createMessageViews } from "./message-views.ts";
import type { Messages } from "./messages.ts";
import type { SyncNeeds } from "./needs.ts";
import { createRetryFailed } from "./retry-failed.ts";
import { callSyncLane, createRouting } from "./routing.ts";
import { createCallSyncHandler } from "./sync-slice.ts";
import { createSyncViews } from "./sync-views.ts";
import { createCallViews } from "./views.ts";

export interface CallsDeps extends SyncNeeds {
  db: Db;
  lanes: Lanes;
}

/** The calls capability, messages included, and how its lanes are worked. */
export function createCalls(deps: CallsDeps): {
  calls: Calls;
  messages: Messages;
  handlers: LaneHandler[];
  wakeCallSyncs: (tx: Tx, tenantId: TenantId, connectionId: ConnectionId) => Promise<void>;
  retryFailed: ReturnType<typeof createRetryFailed>;
} {
  const { db, lanes, connectors } = deps;
  const routing = createRouting({ connectors, lanes });
  const { accept } = createAccept({ db, routing });
  const acceptMessages = createAcceptMessages({ db, routing });
  const views = createCallViews({ db });
  const messageViews = createMessageViews({ db });
  const syncViews = createSyncViews({ db, connectors });

  return {
    calls: {
      accept: (tenantId, call, source) => accept({ tenantId, call, source, importId: null }),
      import: importCalls,
      importProgress,
      list: views.list,
      read: views.read,
      syncs: syncViews.ofCall,
      listSyncs: syncViews.listOfCalls,
      retry: (tenantId, callId, options) => retry(tenantId, "call_id", callId, options),
      retryDead,
    },
    messages: {
      accept: (tenantId, message, source) => acceptMessages.accept({ tenantId, message, source }),
      list: messageViews.list,
      read: messageViews.read,
      syncs: syncViews.ofMessage,
      retry: (tenantId, messageId, options) => retry(tenantId, "message_id", messageId, options),
    },
    handlers: [createCallSyncHandler(deps), routing.handler()],
    wakeCallSyncs,
    retryFailed: createRetryFailed({ db, lanes }),
  };

  /** After a connection can be written to again: what waited goes on by itself. */
  async function wakeCallSyncs(tx: Tx, tenantId: TenantId, connectionId: ConnectionId): Promise<void> {
    await lanes.wake(tx, [{ kind: callSyncLane, subjectId: connectionId, tenantId }]);
  }

  async function importCalls(
    tenantId: TenantId,
    calls: readonly unknown[],
  ): Promise<{ id: string; results: AcceptedCall[] }> {
    const id = newId("import");
    await db.withTenant(tenantId, (tx) =>
      tx.query("insert into call_imports (id, tenant_id) values ($1, $2)", [id, tenantId]),
    );
    const results = await Promise.all(calls.map((call) => importOne(tenantId, call, id)));
    const count = (status: AcceptedCall["status"]) => results.filter((result) => result.status === status).length;
    await db.withTenant(tenantId, (tx) =>
      tx.query("update call_imports set accepted = $2, duplicates = $3, rejected = $4 where id = $1", [
        id,
        count("accepted"),
        count("duplicate"),
        count("refused"),
      ]),
    );
    return { id, results };
  }

  async function importOne(tenantId: TenantId, call: unknown, importId: string): Promise<AcceptedCall> {
    const parsed = CompletedCall.safeParse(call);
    if (parsed.success) return accept({ tenantId, call: parsed.data, source: "import", importId });
    const callId = (call as { call_id?: unknown } | null)?.call_id;
    return {
      status: "refused",
      callId: typeof callId === "string" ? callId : null,
      code: "request.invalid",
      detail: "The call does not fit the contract; the other calls of the import are not affected.",
      errors: parsed.error.issues.map(({ path, code, message }) => ({
        pointer: `/${path.join("/")}`,
        code,
        detail: message,
      })),
    };
  }

  async function importProgress(tenantId: TenantId, importId: string) {
    const [row] = await db.withTenant(tenantId, (tx) =>
      tx.query<{
        accepted: number;
        duplicates: number;
        rejected: number;
        waiting: number;
        done: number;
        skipped: number;
        dead: number;
      }>(
        `select i.accepted, i.duplicates, i.rejected,
           count(s.id) filter (where s.state in ('queued', 'running'))::int as waiting,
           count(s.id) filter (where s.state = 'done')::int as done,
           count(s.id) filter (where s.state = 'skipped')::int as skipped,
           count(s.id) filter (where s.state = 'dead')::int as dead
         from call_imports i left join calls c on c.import_id = i.id left join call_syncs s on s.call_id = c.id
         where i.tenant_id = $1 and i.id = $2 group by i.id`,
        [tenantId, importId],
      ),
    );
    return row ?? null;
  }

  function retry(
    tenantId: TenantId,
    column: "call_id" | "message_id",
    id: string,
    { connectionId, evenSkipped = false }: { connectionId?: ConnectionId; evenSkipped?: boolean },
  ): Promise<number> {
    const states = evenSkipped ? ["dead", "skipped"] : ["dead"];
    return db.withTenant(tenantId, (tx) =>
      requeue(tx, tenantId, `${column} = $2 and state = any($3) and ($4::uuid is null or connection_id = $4)`, [
        id,
        states,
        connectionId ?? null,
      ]),
    );
  }

  function retryDead(tenantId: TenantId, connectionId: ConnectionId): Promise<number> {
    return db.withTenant(tenantId, (tx) =>
      requeue(tx, tenantId, "connection_id = $2 and state = 'dead'", [connectionId]),
    );
  }

  async function requeue(tx: Tx, tenantId: TenantId, which: string, values: unknown[]): Promise<number> {
    const rows = await tx.query<{ connection_id: ConnectionId }>(
      `update call_syncs set state = 'queued', attempts = 0, automatic_retries = 0, due_at = now(), reason = null, detail = null, cause_class = null, finished_at = null
       where tenant_id = $1 and ${which} returning connection_id`,
      [tenantId, ...values],
    );
    const connections = new Set(rows.map(({ connection_id }) => connection_id));
    await lanes.wake(
      tx,
      [...connections].map((subjectId) => ({ kind: callSyncLane, subjectId, tenantId })),
    );
    return rows.length;
  }
}
