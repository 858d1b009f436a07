import { createHmac } from "node:crypto";
import { z } from "zod";
import { type Connector, defineConnector, hmacSignature, type InboundChange } from "#connector-kit";
import { type Clock, type ConnectionId, newId, PlatformError, type TenantId } from "#core";
import type { Db } from "#db";
import type { Lane, Slice, SliceResult } from "#jobs";
import type { CompletedCall } from "#model";
import { createInbound } from "./create-inbound.ts";
import type { ArrivedWebhook, InboundWebhooks } from "./inbound.ts";
import { inboundLane } from "./receive.ts";

/** What the toy provider says: an id and what it means. */
interface ToyEvent {
  id: string;
  account?: string;
  change: InboundChange;
}

export interface InboundWorld {
  tenantId: TenantId;
  connectionId: ConnectionId;
  inbound: InboundWebhooks;
  taken: CompletedCall[];
  /** Calls that the provider answers when asked. */
  readable: Map<string, CompletedCall>;
  /** Thrown by the next call that is taken. */
  trouble: Error[];
  woken: Lane[];
  work(): Promise<SliceResult>;
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
}

export const secret = "s3cret-of-the-connection";

/** A tenant with a connection of a toy provider that sends signed webhooks. */
export async function createInboundWorld(
  db: Db,
  { clock, secrets = [secret] }: { clock: Clock; secrets?: string[] },
): Promise<InboundWorld> {
  const tenantId = newId("tenant");
  const connectionId = newId("connection");
  await db.withTenant(tenantId, async (tx) => {
    await tx.query("insert into tenants (id, name) values ($1, 'Smith Roofing')", [tenantId]);
    await tx.query(
      "insert into connections (id, tenant_id, provider, auth, external_account_id, webhook_key) values ($1, $2, 'toy', 'api_key', 'acct', $3)",
      [connectionId, tenantId, connectionId],
    );
  });
  const taken: CompletedCall[] = [];
  const readable = new Map<string, CompletedCall>();
  const trouble: Error[] = [];
  const woken: Lane[] = [];
  const toy: Connector = { ...toyProvider(), readCall: async (_api, id) => readable.get(id) ?? null };
  const { inbound, handlers } = createInbound({
    db,
    clock,
    connectors: new Map([["toy", toy]]),
    lanes: { wake: async (_tx, lanes) => void woken.push(...lanes) },
    listenerAt: async (_provider, key) => (key === connectionId ? { tenantId, connectionId, secrets } : null),
    appSecret: async () => null,
    connectionsOf: async () => [],
    apiFor: async () => ({
      connection: {
        id: connectionId,
        provider: "toy",
        environment: "production",
        externalAccountId: "acct",
        settings: {},
        state: {},
      },
      send: () => Promise.reject(new Error("no HTTP")),
    }),
    async takeCall(_tenantId, call) {
      const error = trouble.shift();
      if (error) throw error;
      taken.push(call);
      return `Call ${call.call_id} taken.`;
    },
    hasCall: async (_tenantId, id) => taken.some(({ call_id }) => call_id === id),
  });
  return {
    tenantId,
    connectionId,
    inbound,
    taken,
    readable,
    trouble,
    woken,
    async work() {
      const slice: Slice = {
        lane: { kind: inboundLane, subjectId: connectionId, tenantId },
        signal: new AbortController().signal,
        transaction: (fn) => db.withTenant(tenantId, fn),
      };
      return (handlers[0] ?? fail()).runSlice(slice);
    },
    query: (text, values) => db.withTenant(tenantId, (tx) => tx.query(text, values)),
  };
}

/** A webhook of the toy provider, signed as it signs. */
export function aWebhook(
  world: InboundWorld,
  events: ToyEvent[],
  { key = world.connectionId, signedWith = secret, at }: { key?: string; signedWith?: string; at: number },
): ArrivedWebhook {
  const body = JSON.stringify(events);
  const digest = createHmac("sha256", signedWith).update(`${at}.`).update(body).digest("hex");
  return {
    provider: "toy",
    key,
    method: "POST",
    url: `https://tieline.test/webhooks/toy/${key}`,
    headers: {
      "content-type": "application/json",
      "x-toy-signature": digest,
      "x-toy-time": String(at),
      authorization: "Bearer kept-out",
    },
    body: Buffer.from(body),
  };
}

function toyProvider(): Connector {
  return defineConnector({
    id: "toy",
    name: "Toy",
    summary: "For tests.",
    links: { documentation: "https://toy.test", app: "https://toy.test" },
    hosts: { api: "https://toy.test" },
    auth: [{ kind: "api_key", fields: [], headers: () => ({}) }],
    limits: [],
    classify: () => new PlatformError("provider.outage", "Toy."),
    settings: z.object({}),
    checks: [],
    actions: {},
    webhooks: {
      routing: "key",
      answerWithinMs: 1_000,
      maxBodyBytes: 100_000,
      signature: hmacSignature({
        description: "Toy",
        header: "x-toy-signature",
        encoding: "hex",
        timestamp: { header: "x-toy-time", unit: "milliseconds", toleranceSeconds: 300 },
        signed: ({ body }, time) => [`${time}.`, body],
      }),
      parse: (body) =>
        (JSON.parse(body) as ToyEvent[]).map((event) => ({
          type: event.change.kind,
          dedupeKey: event.id,
          body: JSON.stringify(event),
        })),
      toChange: ({ body }) => (JSON.parse(body) as ToyEvent).change,
    },
    afterDisconnect: "Everything stays.",
  });
}

function fail(): never {
  throw new Error("There is no handler.");
}
