import type { Connector } from "#connector-kit";
import { type ConnectionId, normalizeEmail, type TenantId, toE164, tryParsePublicId } from "#core";
import type { Db, Tx } from "#db";
import { stationsOf, stationsWithoutConnection, type TracedStep } from "./stations.ts";
import type { Trace, Tracer, TraceStation } from "./trace.ts";

const mostCalls = 10;

interface CallRow {
  id: string;
  call_id: string;
  agent_id: string;
  customer_name: string | null;
  customer_phone: string | null;
  source: string;
  routed_at: Date | null;
  created_at: Date;
}

interface SyncRow {
  id: string;
  call_id: string;
  connection_id: ConnectionId;
  provider: string;
  status: string;
  state: string;
  reason: string | null;
  detail: string | null;
  attempts: number;
  due_at: Date;
  finished_at: Date | null;
  environment: string;
  external_account_id: string | null;
  settings: Record<string, unknown>;
  provider_state: Record<string, unknown>;
}

interface StepRow extends TracedStep {
  call_sync_id: string;
  external_id: string | null;
}

/** Answers where a call stopped and why, from what the other capabilities stored. Every look-up has its index. */
export function createTracer({
  db,
  connectors,
  publicUrl,
}: {
  db: Db;
  connectors: ReadonlyMap<string, Connector>;
  publicUrl: string;
}): Tracer {
  return { trace: (tenantId, query) => db.withTenant(tenantId, (tx) => trace(tx, tenantId, query.trim())) };

  async function trace(tx: Tx, tenantId: TenantId, query: string): Promise<Trace> {
    const { kind, calls } = await find(tx, tenantId, query);
    if (calls.length === 0)
      return { query, kind: "nothing", calls: [], never_received: await neverReceived(tx, tenantId, query) };
    const ids = calls.map(({ id }) => id);
    const syncs = await tx.query<SyncRow>(
      `select s.id, s.call_id, s.connection_id, n.provider, n.status, s.state, s.reason, s.detail, s.attempts, s.due_at, s.finished_at,
         n.environment, n.external_account_id, n.settings, n.provider_state
       from call_syncs s join connections n on n.id = s.connection_id where s.call_id = any($1) order by s.id`,
      [ids],
    );
    const steps = await tx.query<Omit<StepRow, "at"> & { at: Date }>(
      `select call_sync_id, step, outcome, external_id, reason, detail, finished_at as at from call_sync_steps
       where call_sync_id = any($1) order by finished_at`,
      [syncs.map(({ id }) => id)],
    );
    const stepsOf = Map.groupBy(
      steps.map((step) => ({ ...step, at: step.at.toISOString() })),
      ({ call_sync_id }) => call_sync_id,
    );
    return {
      query,
      kind,
      calls: calls.map((call) =>
        toTraced(
          call,
          syncs.filter(({ call_id }) => call_id === call.id),
          stepsOf,
        ),
      ),
    };
  }

  function toTraced(call: CallRow, syncs: SyncRow[], stepsOf: Map<string, StepRow[]>): Trace["calls"][number] {
    const received: TraceStation = {
      station: "received",
      state: "done",
      at: call.created_at.toISOString(),
      detail: `Received by ${sources[call.source] ?? call.source} and stored.`,
    };
    const { id, call_id, agent_id, customer_name, customer_phone } = call;
    const paths = syncs.map((sync) => toPath(received, sync, stepsOf.get(sync.id) ?? []));
    const none = {
      connection_id: null,
      provider: "",
      state: "none",
      stations: stationsWithoutConnection(received, call.routed_at !== null),
      links: [],
    };
    return {
      id,
      call_id,
      agent_id,
      customer_name,
      customer_phone,
      created_at: call.created_at.toISOString(),
      received_by: call.source,
      paths: paths.length > 0 ? paths : [none],
    };
  }

  function toPath(received: TraceStation, sync: SyncRow, steps: StepRow[]): Trace["calls"][number]["paths"][number] {
    const { connection_id, provider, environment, settings } = sync;
    const connection = {
      id: connection_id,
      provider,
      environment,
      externalAccountId: sync.external_account_id,
      settings,
      state: sync.provider_state,
    };
    const urlOf = (step: string, externalId: string) =>
      connectors.get(provider)?.recordUrl?.({ connection }, step, externalId) ?? null;
    return {
      connection_id,
      provider,
      state: sync.state,
      stations: stationsOf(received, {
        state: sync.state,
        reason: sync.reason,
        detail: sync.detail,
        dueAt: sync.due_at.toISOString(),
        finishedAt: sync.finished_at?.toISOString() ?? null,
        attempts: sync.attempts,
        connectionStatus: sync.status,
        steps,
      }),
      links: steps.flatMap(({ step, external_id }) =>
        external_id ? [{ kind: step, external_id, url: urlOf(step, external_id) }] : [],
      ),
    };
  }

  async function neverReceived(
    tx: Tx,
    tenantId: TenantId,
    query: string,
  ): Promise<NonNullable<Trace["never_received"]>> {
    const [last] = await tx.query<{ at: Date | null }>(
      "select created_at as at from calls where tenant_id = $1 order by id desc limit 1",
      [tenantId],
    );
    const [agent] = await tx.query<{ id: string }>(
      "select coalesce(external_id, id::text) as id from agents where tenant_id = $1 order by created_at limit 1",
      [tenantId],
    );
    const at = last?.at?.toISOString() ?? null;
    const body = JSON.stringify({
      action: "call_completed",
      call: {
        call_id: query.slice(0, 200),
        agent_id: agent?.id ?? "AGENT_ID",
        customer_phone: "+14079780655",
        call_outcome: "message_taken",
      },
    });
    return {
      detail: `We never received ${query.slice(0, 200)}. ${at ? `The last call came at ${at}.` : "No call has come yet."}`,
      last_call_at: at,
      curl: `curl -X POST ${publicUrl}/v1/calls -H "Authorization: Bearer $TIELINE_API_KEY" -H "Content-Type: application/json" -d '${body.replaceAll("'", "'\\''")}'`,
    };
  }
}

const sources: Record<string, string> = {
  api: "the API",
  retell: "Retell's webhook",
  sql: "an insert into the database",
  import: "an import",
};

const columns = "c.id, c.call_id, c.agent_id, c.customer_name, c.customer_phone, c.source, c.routed_at, c.created_at";

/** The ways to look, the narrowest first; the first that finds a call is the answer. */
async function find(tx: Tx, tenantId: TenantId, query: string): Promise<{ kind: Trace["kind"]; calls: CallRow[] }> {
  const look = async (kind: Trace["kind"], condition: string, value: string | null) =>
    value === null
      ? null
      : {
          kind,
          calls: await tx.query<CallRow>(
            `select ${columns} from calls c where c.tenant_id = $1 and ${condition} order by c.id desc limit ${mostCalls}`,
            [tenantId, value],
          ),
        };
  const { country } = (
    await tx.query<{ country: string }>("select country from tenants where id = $1", [tenantId])
  )[0] ?? { country: "US" };
  const looks = [
    () => look("call", "c.id = $2::uuid", tryParsePublicId("call", query)),
    () =>
      look(
        "call_sync",
        "c.id = (select call_id from call_syncs where id = $2::uuid)",
        tryParsePublicId("callSync", query),
      ),
    () =>
      look(
        "connection",
        "c.id in (select call_id from call_syncs where connection_id = $2::uuid order by id desc limit 10)",
        tryParsePublicId("connection", query),
      ),
    () =>
      look(
        "inbound_event",
        "c.call_id = (select substr(dedupe_key, strpos(dedupe_key, ':') + 1) from inbound_events where id = $2::uuid)",
        tryParsePublicId("inboundEvent", query),
      ),
    () => look("call", "c.call_id = $2", query),
    () => look("email", "c.customer_email = $2", normalizeEmail(query)),
    () => look("phone", "c.customer_phone = $2", toE164(query, country)),
    () =>
      look(
        "external_id",
        "c.id in (select s.call_id from call_sync_steps p join call_syncs s on s.id = p.call_sync_id where p.tenant_id = $1 and p.external_id = $2 order by s.id desc limit 10)",
        query,
      ),
  ];
  for (const next of looks) {
    const found = await next();
    if (found && found.calls.length > 0) return found;
  }
  return { kind: "nothing", calls: [] };
}
