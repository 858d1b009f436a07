import type { Connector } from "#connector-kit";
import { normalizeEmail, type TenantId, toE164, tryParsePublicId } from "#core";
import type { Db, Tx } from "#db";
import { type Received, readPaths } from "./paths.ts";
import type { Trace, TracedPath, Tracer } from "./trace.ts";

const mostRows = 10; // of each kind

interface Row extends Received {
  agent_id: string;
  customer_name: string | null;
  customer_phone: string | null;
}

interface CallRow extends Row {
  call_id: string;
}

interface MessageRow extends Row {
  message_id: string;
  conversation_id: string | null;
  direction: string;
}

interface Found {
  kind: Trace["kind"];
  calls: CallRow[];
  messages: MessageRow[];
}

/** Answers where a call or a message stopped and why, from what the other capabilities stored. Every look-up has its index. */
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
    const { kind, calls, messages } = await find(tx, tenantId, query);
    if (calls.length === 0 && messages.length === 0) {
      return { query, kind, calls: [], messages: [], never_received: await neverReceived(tx, tenantId, query) };
    }
    const pathsOfCalls = await readPaths(tx, connectors, "call", calls);
    const pathsOfMessages = await readPaths(tx, connectors, "message", messages);
    return {
      query,
      kind,
      calls: calls.map((row) => ({ ...toTraced(row, pathsOfCalls), call_id: row.call_id })),
      messages: messages.map((row) => {
        const { message_id, conversation_id, direction } = row;
        return { ...toTraced(row, pathsOfMessages), message_id, conversation_id, direction };
      }),
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

function toTraced(row: Row, paths: ReadonlyMap<string, TracedPath[]>) {
  const { id, agent_id, customer_name, customer_phone, created_at, source } = row;
  return {
    id,
    agent_id,
    customer_name,
    customer_phone,
    created_at: created_at.toISOString(),
    received_by: source,
    paths: paths.get(id) ?? [],
  };
}

const columns = "id, agent_id, customer_name, customer_phone, source, routed_at, created_at";

/** One way to look: what the query would have to be, and the conditions under which a call and a message fit. */
interface Look {
  kind: Trace["kind"];
  value: string | null;
  /** Null where none can be meant. */
  calls: string | null;
  messages: string | null;
}

/** The narrowest first; the first that finds something is the answer. */
async function find(tx: Tx, tenantId: TenantId, query: string): Promise<Found> {
  const { country } = (
    await tx.query<{ country: string }>("select country from tenants where id = $1", [tenantId])
  )[0] ?? { country: "US" };
  const looks: Look[] = [
    { kind: "call", value: tryParsePublicId("call", query), calls: "id = $2::uuid", messages: null },
    { kind: "message", value: tryParsePublicId("message", query), calls: null, messages: "id = $2::uuid" },
    { kind: "call_sync", value: tryParsePublicId("callSync", query), ...bySyncs("call_syncs s where s.id = $2::uuid") },
    {
      kind: "connection",
      value: tryParsePublicId("connection", query),
      ...bySyncs(`call_syncs s where s.connection_id = $2::uuid order by s.id desc limit ${mostRows}`),
    },
    {
      kind: "inbound_event",
      value: tryParsePublicId("inboundEvent", query),
      calls:
        "call_id = (select substr(dedupe_key, strpos(dedupe_key, ':') + 1) from inbound_events where id = $2::uuid)",
      messages: null,
    },
    { kind: "call", value: query, calls: "call_id = $2", messages: null },
    { kind: "message", value: query, calls: null, messages: "message_id = $2" },
    { kind: "email", value: normalizeEmail(query), calls: "customer_email = $2", messages: "customer_email = $2" },
    { kind: "phone", value: toE164(query, country), calls: "customer_phone = $2", messages: "customer_phone = $2" },
    {
      kind: "external_id",
      value: query,
      ...bySyncs(
        `call_sync_steps p join call_syncs s on s.id = p.call_sync_id
         where p.tenant_id = $1 and p.external_id = $2 order by s.id desc limit ${mostRows}`,
      ),
    },
  ];
  for (const { kind, value, calls: ofCalls, messages: ofMessages } of looks) {
    if (value === null) continue;
    const calls = await rows<CallRow>("call_id", "calls", ofCalls, value);
    const messages = await rows<MessageRow>("message_id, conversation_id, direction", "messages", ofMessages, value);
    if (calls.length > 0 || messages.length > 0) return { kind, calls, messages };
  }
  return { kind: "nothing", calls: [], messages: [] };

  async function rows<T>(own: string, table: string, condition: string | null, value: string): Promise<T[]> {
    if (condition === null) return [];
    return tx.query<T>(
      `select ${columns}, ${own} from ${table} where tenant_id = $1 and ${condition} order by id desc limit ${mostRows}`,
      [tenantId, value],
    );
  }
}

/** What the syncs that fit, as `s`, are about. */
function bySyncs(from: string): { calls: string; messages: string } {
  const ids = (column: string) => `id in (select s.${column} from ${from})`;
  return { calls: ids("call_id"), messages: ids("message_id") };
}
