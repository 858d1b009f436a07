import type { CallStep } from "#connector-kit";
import type {
  AgentId,
  CallId,
  CallSyncId,
  ConnectionId,
  ErrorCode,
  FieldError,
  Page,
  PageRequest,
  TenantId,
} from "#core";
import type { CallRecord, CompletedCall } from "#model";

/** Where a call came from. */
export type CallSource = "api" | "retell" | "sql" | "import";

/** What became of one accepted call. Accepted means committed. */
export type AcceptedCall =
  | { status: "accepted"; id: CallId; callId: string; routedTo: number }
  /** The same call with the same body was here before. */
  | { status: "duplicate"; id: CallId; callId: string }
  | { status: "refused"; callId: string | null; code: ErrorCode; detail: string; errors?: FieldError[] };

export interface CallSummary extends CallRecord {
  source: CallSource;
  /** Worst of its syncs: waiting, done, skipped, dead, or none when no connection takes it. */
  sync_state: "none" | "waiting" | "done" | "skipped" | "dead";
  created_at: string;
}

export interface CallSyncView {
  id: CallSyncId;
  call_id: CallId;
  connection_id: ConnectionId;
  provider: string;
  state: "queued" | "running" | "done" | "skipped" | "dead";
  reason: string | null;
  detail: string | null;
  cause_class: string | null;
  attempts: number;
  due_at: string | null;
  finished_at: string | null;
  created_at: string;
  steps: CallSyncStepView[];
}

export interface CallSyncStepView {
  step: CallStep;
  outcome: string;
  external_id: string | null;
  url: string | null;
  reason: string | null;
  detail: string | null;
  duration_ms: number | null;
  finished_at: string;
}

export interface CallFilter {
  agentId?: AgentId;
  connectionId?: ConnectionId;
  syncState?: CallSummary["sync_state"];
  /** Free text: a phone, an e-mail, a call id. */
  q?: string;
  createdFrom?: string;
  createdTo?: string;
}

/** Finished calls and their way into the CRMs. */
export interface Calls {
  /**
   * Takes one call of a tenant; resolves once the call, its event and its syncs are committed. Concurrent callers share
   * one transaction. `agent_id` is our id or the host's own. Refusals are answers; only a database that cannot store throws.
   */
  accept(tenantId: TenantId, call: CompletedCall, source: CallSource): Promise<AcceptedCall>;
  /** Takes many historical calls, each judged by itself; their syncs run with backfill priority. */
  import(tenantId: TenantId, calls: readonly unknown[]): Promise<{ id: string; results: AcceptedCall[] }>;
  /** How far an import's syncs are. Null when there is no such import. */
  importProgress(
    tenantId: TenantId,
    importId: string,
  ): Promise<{
    accepted: number;
    duplicates: number;
    rejected: number;
    waiting: number;
    done: number;
    skipped: number;
    dead: number;
  } | null>;
  list(tenantId: TenantId, filter: CallFilter, page: PageRequest): Promise<Page<CallSummary>>;
  /** By our id or the host's call_id. */
  read(tenantId: TenantId, id: string): Promise<CallSummary | null>;
  syncs(tenantId: TenantId, callId: CallId): Promise<CallSyncView[]>;
  listSyncs(
    tenantId: TenantId,
    filter: { connectionId?: ConnectionId; state?: CallSyncView["state"] },
    page: PageRequest,
  ): Promise<Page<CallSyncView>>;
  /** Tries again what is dead (all of the call, or one connection's), or syncs anyway what a rule left out. Answers how many. */
  retry(
    tenantId: TenantId,
    callId: CallId,
    options: { connectionId?: ConnectionId; evenSkipped?: boolean },
  ): Promise<number>;
  /** Tries all dead syncs of a connection again. */
  retryDead(tenantId: TenantId, connectionId: ConnectionId): Promise<number>;
}
