import { z } from "zod";
import { createWriteLedger } from "#connections";
import {
  type Action,
  type CallStepInput,
  type ConnectionView,
  type Connector,
  defineConnector,
  type MessageStepInput,
  type Outcome,
  type Person,
  type ProviderApi,
  type Unit,
} from "#connector-kit";
import { type AgentId, type ConnectionId, newId, PlatformError, systemClock, type TenantId } from "#core";
import type { Db } from "#db";
import type { Lane, Lanes, Slice, SliceResult } from "#jobs";
import type { CompletedCall, LoggedMessage } from "#model";
import { createCalls } from "./create-calls.ts";
import { callSyncLane } from "./routing.ts";

/** A CRM in memory, with the trouble that a real one makes on request. */
export interface ToyCrm {
  contacts: Map<string, Person & { key: string }>;
  notes: Map<string, { callId: string; contactId: string }>;
  messages: Map<string, { messageId: string; contactId: string }>;
  /** Requests by name, in order. */
  requests: string[];
  /** Thrown by the next request of this name, instead of an answer, before or after the write happened. */
  trouble: { on: string; error: PlatformError; afterWriting?: boolean }[];
  connector: Connector;
}

export function createToyCrm(): ToyCrm {
  const crm: ToyCrm = {
    contacts: new Map(),
    notes: new Map(),
    messages: new Map(),
    requests: [],
    trouble: [],
    connector: undefined as never,
  };
  let lastId = 100;

  function request<T>(name: string, write: () => T): T {
    crm.requests.push(name);
    const index = crm.trouble.findIndex(({ on }) => on === name);
    const [trouble] = index < 0 ? [] : crm.trouble.splice(index, 1);
    if (trouble && !trouble.afterWriting) throw trouble.error;
    const answer = write();
    if (trouble) throw trouble.error;
    return answer;
  }

  const created = (externalId: string): Outcome => ({ outcome: "created", externalId });

  const createContact: Action<Person> = {
    batchSize: 100,
    identity: {
      kind: "marker",
      settleMs: () => 0,
      async find(_api, units) {
        const wanted = new Set(units.map(({ key }) => key));
        return new Map([...crm.contacts].flatMap(([id, { key }]) => (wanted.has(key) ? [[key, id]] : [])));
      },
    },
    async perform(_api, units) {
      return request("create_contact", () =>
        units.map(({ key, input }) => {
          if (input.name === "Refused") throw new PlatformError("provider.validation", "The name is refused.");
          const id = String(++lastId);
          crm.contacts.set(id, { ...input, key });
          return created(id);
        }),
      );
    },
  };

  const note: Action<CallStepInput> = {
    batchSize: 100,
    identity: {
      kind: "probe",
      settleMs: () => 0,
      async find(_api, units) {
        crm.requests.push("find_note");
        const wanted = new Map(units.map(({ key, input }) => [input.call.call_id, key]));
        return new Map(
          [...crm.notes].flatMap(([id, { callId }]) =>
            wanted.has(callId) ? [[wanted.get(callId) as string, id]] : [],
          ),
        );
      },
    },
    async perform(_api, units: readonly Unit<CallStepInput>[]) {
      return request("note", () =>
        units.map(({ input: { call, contactId } }) => {
          if (!contactId || !crm.contacts.has(contactId))
            throw new PlatformError("provider.not_found", "There is no such contact.");
          const id = String(++lastId);
          crm.notes.set(id, { callId: call.call_id, contactId });
          return created(id);
        }),
      );
    },
  };

  const message: Action<MessageStepInput> = {
    batchSize: 100,
    identity: {
      kind: "probe",
      settleMs: () => 0,
      async find(_api, units) {
        crm.requests.push("find_message");
        const wanted = new Map(units.map(({ key, input }) => [input.message.message_id, key]));
        return new Map(
          [...crm.messages].flatMap(([id, { messageId }]) => {
            const key = wanted.get(messageId);
            return key ? [[key, id]] : [];
          }),
        );
      },
    },
    async perform(_api, units: readonly Unit<MessageStepInput>[]) {
      return request("message", () =>
        units.map(({ input: { message, contactId } }) => {
          if (!contactId || !crm.contacts.has(contactId))
            throw new PlatformError("provider.not_found", "There is no such contact.");
          const id = String(++lastId);
          crm.messages.set(id, { messageId: message.message_id, contactId });
          return created(id);
        }),
      );
    },
  };

  crm.connector = defineConnector({
    id: "toy",
    name: "Toy CRM",
    summary: "For tests.",
    links: { documentation: "https://toy.test", app: "https://toy.test" },
    hosts: { api: "https://toy.test" },
    auth: [{ kind: "api_key", fields: [], headers: () => ({}) }],
    limits: [],
    classify: () => new PlatformError("provider.outage", "Toy."),
    settings: z.object({}),
    checks: [],
    actions: {
      matchContacts: {
        batchSize: 100,
        async find(_api, people) {
          return request("match", () => {
            const byPhone = Map.groupBy([...crm.contacts], ([, { phone }]) => phone ?? "");
            return new Map(
              people.flatMap(({ key, input }) => {
                const ids = (byPhone.get(input.phone ?? "none") ?? []).map(([id]) => id);
                return ids.length > 0 ? [[key, { externalIds: ids, by: "phone" as const }]] : [];
              }),
            );
          });
        },
      },
      createContact,
      note,
      message,
    },
    afterDisconnect: "Everything stays.",
  });
  return crm;
}

export interface CallsWorld {
  tenantId: TenantId;
  agentId: AgentId;
  connectionId: ConnectionId;
  crm: ToyCrm;
  calls: ReturnType<typeof createCalls>["calls"];
  messages: ReturnType<typeof createCalls>["messages"];
  /** Lanes that were woken, in order. */
  woken: Lane[];
  /** Works the connection's lane until nothing is due. */
  work(): Promise<SliceResult>;
  workRouting(): Promise<SliceResult>;
  /** Makes what waits for a later attempt due now. */
  hurry(): Promise<void>;
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** A tenant with an agent and a connection to a toy CRM. */
export async function createCallsWorld(
  db: Db,
  connection: { settings?: object; role?: string; status?: string; agentOnly?: boolean } = {},
): Promise<CallsWorld> {
  const tenantId = newId("tenant");
  const agentId = newId("agent");
  const connectionId = newId("connection");
  await db.withTenant(tenantId, async (tx) => {
    await tx.query("insert into tenants (id, name) values ($1, 'Smith Roofing')", [tenantId]);
    await tx.query(
      "insert into agents (id, tenant_id, external_id, name) values ($1, $2, 'agent_xyz789', 'Front desk')",
      [agentId, tenantId],
    );
    await tx.query(
      `insert into connections (id, tenant_id, agent_id, provider, auth, role, status, settings, webhook_key)
       values ($1, $2, $3, 'toy', 'api_key', $4, $5, $6, $7)`,
      [
        connectionId,
        tenantId,
        connection.agentOnly ? agentId : null,
        connection.role ?? "everything",
        connection.status ?? "connected",
        JSON.stringify(connection.settings ?? {}),
        connectionId,
      ],
    );
  });

  const crm = createToyCrm();
  const woken: Lane[] = [];
  const lanes: Lanes = {
    async wake(_tx, wakened) {
      woken.push(...wakened);
    },
  };
  const view: ConnectionView = {
    id: connectionId,
    provider: "toy",
    environment: "production",
    externalAccountId: null,
    settings: { ...connection.settings },
    state: {},
  };
  const api: ProviderApi = { connection: view, send: () => Promise.reject(new Error("The toy CRM has no HTTP.")) };
  const { calls, messages, handlers } = createCalls({
    db,
    lanes,
    connectors: new Map([["toy", crm.connector]]),
    apiFor: async () => api,
    ledger: createWriteLedger(),
    clock: systemClock,
  });

  const work = (kind: string, subjectId: string) => async (): Promise<SliceResult> => {
    const handler = handlers.find((one) => one.kind === kind);
    if (!handler) throw new Error(`No handler for ${kind}.`);
    const slice: Slice = {
      lane: { kind, subjectId, tenantId },
      signal: new AbortController().signal,
      transaction: (fn) => db.withTenant(tenantId, fn),
    };
    let result: SliceResult;
    do result = await handler.runSlice(slice);
    while (result.next === "now");
    return result;
  };

  const query = <Row>(text: string, values?: unknown[]) => db.withTenant(tenantId, (tx) => tx.query<Row>(text, values));
  return {
    tenantId,
    agentId,
    connectionId,
    crm,
    calls,
    messages,
    woken,
    work: work(callSyncLane, connectionId),
    workRouting: work("call_routing", tenantId),
    hurry: async () => void (await query("update call_syncs set due_at = now() where state = 'queued'")),
    query,
  };
}

/** A believable finished call. */
export function aCall(fields: Partial<CompletedCall> = {}): CompletedCall {
  return {
    call_id: `call_${newId("call")}`,
    agent_id: "agent_xyz789",
    customer_name: "Jane Smith",
    customer_phone: "+14079780655",
    customer_email: null,
    call_outcome: "appointment_booked",
    call_summary: "Customer scheduled roof inspection",
    call_sentiment: "positive",
    transcript: "Agent: Hello.\nCustomer: I need a roof inspection.",
    recording_url: "https://recordings.example.com/call_abc123.wav",
    started_at: "2026-02-15T14:30:00Z",
    ended_at: "2026-02-15T14:35:00Z",
    duration_seconds: 300,
    ...fields,
  };
}

/** A believable text message. */
export function aMessage(fields: Partial<LoggedMessage> = {}): LoggedMessage {
  return {
    message_id: `sms_${newId("message")}`,
    agent_id: "agent_xyz789",
    conversation_id: "conv_1",
    direction: "inbound",
    customer_name: "Jane Smith",
    customer_phone: "+14079780655",
    customer_email: null,
    text: "Can you come on Friday instead?",
    sent_at: "2026-02-16T09:12:00Z",
    ...fields,
  };
}
