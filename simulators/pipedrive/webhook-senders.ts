import type { Base } from "#simulators/kit";
import type { Company, CompanyEvent } from "./company.ts";
import { toV1Time } from "./times.ts";

export const eventActions = ["create", "change", "delete", "*"] as const;
export const eventObjects = [
  ...["activity", "deal", "lead", "note", "organization", "person", "pipeline", "product", "stage", "user", "*"],
] as const;

export interface Webhook {
  id: number;
  companyId: number;
  /** The app that made it; undefined for one made with an API token. */
  clientId: string | undefined;
  ownerId: number;
  url: string;
  name: string;
  action: string;
  object: string;
  user: string | null;
  password: string | null;
  madeAt: number;
  lastDeliveryAt: number | undefined;
  lastStatus: number | undefined;
  /** The last time that an answer was a success; when it was made, before the first. */
  lastSuccessAt: number;
  firstTryFailures: number;
  bannedUntil: number;
}

const failuresBeforeBan = 10;
const banMs = 30 * 60_000;
const removedAfterMs = 3 * 86_400_000;

/** Sends webhooks v2: Basic authentication only, three more tries, a pause after ten failures. */
export function createWebhookSenders({ base, host }: { base: Base; host: () => string }) {
  const { clock, random, webhooks } = base;
  const held = new Map<number, Webhook>();
  let lastId = 0;
  const senders = {
    retryDelaysMs: [3_000, 30_000, 150_000] as readonly number[],
    held,
    add: (
      hook: Pick<
        Webhook,
        "companyId" | "clientId" | "ownerId" | "url" | "name" | "action" | "object" | "user" | "password"
      >,
    ) => {
      const madeAt = clock.now();
      const state = { lastDeliveryAt: undefined, lastStatus: undefined, lastSuccessAt: madeAt };
      const made: Webhook = { ...hook, id: ++lastId, madeAt, ...state, firstTryFailures: 0, bannedUntil: 0 };
      held.set(made.id, made);
      return made;
    },
    tell,
    clear: () => {
      held.clear();
      lastId = 0;
    },
  };
  return senders;

  function tell(company: Company, event: CompanyEvent): void {
    for (const hook of held.values()) {
      if (hook.companyId !== company.id) continue;
      if (hook.action !== "*" && hook.action !== event.action) continue;
      if (hook.object !== "*" && hook.object !== event.entity) continue;
      // What happens during a ban is lost.
      if (clock.now() < hook.bannedUntil) continue;
      send(hook, company, event);
    }
  }

  function send(hook: Webhook, company: Company, event: CompanyEvent): void {
    const at = new Date(clock.now()).toISOString();
    const id = random.uuid();
    const correlationId = random.uuid();
    webhooks.send({
      url: hook.url,
      timeoutMs: 10_000,
      retryDelaysMs: senders.retryDelaysMs,
      settled: (attempt, status) => settle(hook, attempt, status),
      write: (attempt) => ({
        headers: {
          "user-agent": "Pipedrive Webhooks",
          ...(hook.user === null
            ? {}
            : { authorization: `Basic ${Buffer.from(`${hook.user}:${hook.password ?? ""}`).toString("base64")}` }),
        },
        body: JSON.stringify({
          meta: {
            action: event.action,
            entity: event.entity,
            company_id: String(company.id),
            entity_id: String(event.entityId),
            id,
            correlation_id: correlationId,
            user_id: String(event.userId),
            timestamp: at,
            type: hook.clientId === undefined ? "general" : "application",
            change_source: event.source,
            is_bulk_edit: false,
            permitted_user_ids: company.users.map((user) => String(user.id)),
            attempt: attempt + 1,
            host: host(),
            webhook_id: String(hook.id),
            webhook_owner_id: String(hook.ownerId),
            version: "2.0",
            ...(event.mergedTo === undefined ? {} : { merged_to_id: String(event.mergedTo) }),
            ...(event.mergedFrom === undefined ? {} : { merged_from_id: String(event.mergedFrom) }),
          },
          data: event.data,
          previous: event.previous,
        }),
      }),
    });
  }

  function settle(hook: Webhook, attempt: number, status: number): void {
    const now = clock.now();
    hook.lastDeliveryAt = now;
    hook.lastStatus = status;
    if (status >= 200 && status <= 299) {
      hook.lastSuccessAt = now;
      hook.firstTryFailures = 0;
      return;
    }
    if (attempt === 0 && ++hook.firstTryFailures >= failuresBeforeBan) {
      hook.bannedUntil = now + banMs;
      hook.firstTryFailures = 0;
    }
    if (now - hook.lastSuccessAt >= removedAfterMs) held.delete(hook.id);
  }
}

export type WebhookSenders = ReturnType<typeof createWebhookSenders>;

export function viewWebhook(hook: Webhook) {
  return {
    id: hook.id,
    company_id: hook.companyId,
    owner_id: hook.ownerId,
    user_id: hook.ownerId,
    event_action: hook.action,
    event_object: hook.object,
    subscription_url: hook.url,
    version: "2.0",
    is_active: 1,
    add_time: new Date(hook.madeAt).toISOString(),
    remove_time: null,
    type: hook.clientId === undefined ? "general" : "application",
    http_auth_user: hook.user,
    http_auth_password: hook.password,
    remove_reason: null,
    last_delivery_time: hook.lastDeliveryAt === undefined ? null : toV1Time(hook.lastDeliveryAt),
    last_http_status: hook.lastStatus ?? null,
    admin_id: hook.ownerId,
    name: hook.name,
  };
}
