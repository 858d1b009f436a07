import type { Connector, InboundPart, SignedRequest, WebhookIntake } from "#connector-kit";
import { type Clock, createGroupCommit, newId, PlatformError, type TenantId } from "#core";
import type { Db } from "#db";
import type { Lanes } from "#jobs";
import type { ArrivedWebhook } from "./inbound.ts";
import { createRefusals } from "./refusals.ts";
import { type EventToStore, insertEvents } from "./store.ts";

/** The lane kind of one connection's inbound events. */
export const inboundLane = "inbound";

/** A connection that listens, with the secrets its webhooks may be signed with. */
export interface Listener {
  tenantId: TenantId;
  connectionId: string;
  secrets: string[];
}

export interface ReceiveDeps {
  db: Db;
  lanes: Lanes;
  clock: Clock;
  connectors: ReadonlyMap<string, Connector>;
  /** Who listens at an address of its own; null when nobody does. */
  listenerAt(provider: string, key: string): Promise<Listener | null>;
  /** The secret of our app at a provider that sends all accounts' webhooks to one address; null when there is none. */
  appSecret(provider: string): Promise<string | null>;
  /** The connections of a provider's account. */
  connectionsOf(provider: string, accountId: string): Promise<{ tenantId: TenantId; connectionId: string }[]>;
}

interface Arrived {
  tenantId: TenantId;
  event: EventToStore;
}

/** How long who-listens-where is remembered: a rotated secret counts from then on. */
const rememberMs = 5_000;

/** Verifies, stores, and only then answers. Concurrent webhooks share a transaction. */
export function createReceive(deps: ReceiveDeps) {
  const { db, lanes, clock, connectors } = deps;
  const refusals = createRefusals({ db });
  const listeners = remembered(deps.listenerAt);
  const accounts = remembered(deps.connectionsOf);
  const intake = createGroupCommit<Arrived, boolean>({
    flush: storeBatch,
    isForAll: (error) => error instanceof PlatformError && error.code === "db.unavailable",
  });

  return { receive, flushRefusals: refusals.flush };

  async function receive(webhook: ArrivedWebhook): Promise<{ stored: number; duplicates: number }> {
    try {
      const intakeOf = connectors.get(webhook.provider)?.webhooks;
      if (!intakeOf) throw new PlatformError("provider.unknown", `${webhook.provider} sends no webhooks here.`);
      if (webhook.body.length > intakeOf.maxBodyBytes) {
        throw new PlatformError(
          "request.too_large",
          `The webhook has ${webhook.body.length} bytes; ${intakeOf.maxBodyBytes} are accepted.`,
        );
      }
      const arrived = await (intakeOf.routing === "key"
        ? fromOwnAddress(webhook, intakeOf)
        : fromAppAddress(webhook, intakeOf));
      const fresh = await Promise.all(arrived.map(intake.add));
      const stored = fresh.filter(Boolean).length;
      return { stored, duplicates: fresh.length - stored };
    } catch (error) {
      if (error instanceof PlatformError && error.disposition === "reject")
        refusals.count(webhook.provider, webhook.key, error.code);
      throw error;
    }
  }

  async function fromOwnAddress(webhook: ArrivedWebhook, intakeOf: WebhookIntake): Promise<Arrived[]> {
    const listener = webhook.key ? await listeners(webhook.provider, webhook.key) : null;
    if (!listener) throw new PlatformError("webhook.unknown_key", "No connection listens at this address.");
    verify(webhook, intakeOf, listener.secrets);
    return partsOf(webhook, intakeOf).map((part) => toArrived(webhook, intakeOf, part, listener));
  }

  async function fromAppAddress(webhook: ArrivedWebhook, intakeOf: WebhookIntake): Promise<Arrived[]> {
    const secret = await deps.appSecret(webhook.provider);
    verify(webhook, intakeOf, secret ? [secret] : []);
    const arrived: Arrived[] = [];
    for (const part of partsOf(webhook, intakeOf)) {
      const connections = part.accountId ? await accounts(webhook.provider, part.accountId) : [];
      arrived.push(...connections.map((connection) => toArrived(webhook, intakeOf, part, connection)));
    }
    return arrived;
  }

  /** One of the secrets must fit; during a rotation there are two. */
  function verify(webhook: ArrivedWebhook, intakeOf: WebhookIntake, secrets: readonly string[]): void {
    const request: SignedRequest = webhook;
    let refusal: unknown = new PlatformError(
      "webhook.signature_missing",
      "The connection has no active webhook secret, so nothing can be verified.",
    );
    for (const secret of secrets) {
      try {
        intakeOf.signature.verify(request, secret, clock.now());
        return;
      } catch (error) {
        refusal = error;
      }
    }
    throw refusal;
  }

  function partsOf(webhook: ArrivedWebhook, intakeOf: WebhookIntake): InboundPart[] {
    return intakeOf.parse(webhook.body.toString("utf8"));
  }

  function storeBatch(batch: Arrived[]): Promise<boolean[]> {
    return db.transaction(async (tx) => {
      const fresh = new Set<string>();
      for (const [tenantId, arrived] of [...Map.groupBy(batch, ({ tenantId }) => tenantId)].sort(([a], [b]) =>
        a < b ? -1 : 1,
      )) {
        await tx.useTenant(tenantId);
        const inserted = await insertEvents(tx, tenantId, firstOfEach(arrived.map(({ event }) => event)));
        for (const id of inserted) fresh.add(id);
        const connections = new Set(
          arrived.flatMap(({ event }) => (inserted.has(event.id) ? event.connection_id : [])),
        );
        await lanes.wake(
          tx,
          [...connections].map((subjectId) => ({ kind: inboundLane, subjectId, tenantId })),
        );
      }
      return batch.map(({ event }) => fresh.has(event.id));
    });
  }

  function remembered<T>(
    find: (provider: string, key: string) => Promise<T>,
  ): (provider: string, key: string) => Promise<T> {
    const known = new Map<string, { answer: Promise<T>; until: number }>();
    return (provider, key) => {
      const id = `${provider} ${key}`;
      const hit = known.get(id);
      if (hit && hit.until > clock.now()) return hit.answer;
      if (known.size > 10_000) known.clear(); // addresses that somebody made up must not fill the memory
      const answer = find(provider, key);
      known.set(id, { answer, until: clock.now() + rememberMs });
      answer.catch(() => known.delete(id));
      return answer;
    };
  }
}

function toArrived(
  webhook: ArrivedWebhook,
  intakeOf: WebhookIntake,
  part: InboundPart,
  to: { tenantId: TenantId; connectionId: string },
): Arrived {
  return {
    tenantId: to.tenantId,
    event: {
      id: newId("inboundEvent"),
      connection_id: to.connectionId,
      provider: webhook.provider,
      type: part.type,
      dedupe_key: part.dedupeKey,
      headers: storedHeaders(webhook.headers, intakeOf.signature.headers),
      body: part.body,
    },
  };
}

const keptHeaders = ["content-type", "user-agent", "x-request-id", "traceparent"];

function storedHeaders(
  headers: ArrivedWebhook["headers"],
  signatureHeaders: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    keptHeaders
      .filter((name) => !signatureHeaders.includes(name))
      .flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])),
  );
}

function firstOfEach(events: EventToStore[]): EventToStore[] {
  return [
    ...new Map(events.toReversed().map((event) => [`${event.connection_id} ${event.dedupe_key}`, event])).values(),
  ];
}
