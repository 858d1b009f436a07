import { createHash, createHmac } from "node:crypto";
import type { Base, OAuthServer } from "#simulators/kit";
import type { App, Subscription } from "./options.ts";
import type { Portal, PortalEvent } from "./portal.ts";

/** Tells subscribed apps what happened in the accounts that installed them. */
export interface AppEvents {
  add(portal: Portal, event: PortalEvent): void;
  hasListeners(portal: Portal): boolean;
  /** Events collected but not yet sent go out at once. */
  flush(): void;
  retryDelaysMs: readonly number[];
  clear(): void;
}

// "Up to 10 more over 24 hours"; how they are spread is not documented.
export const documentedRetries = [1, 5, 15, 30, 60, 120, 240, 300, 300, 369].map((minutes) => minutes * 60_000);

const perRequest = 100;

export function createAppEvents({
  base,
  apps,
  oauth,
}: {
  base: Base;
  apps: Map<string, App>;
  oauth: OAuthServer;
}): AppEvents {
  const waiting = new Map<App, Array<Record<string, unknown>>>();
  let timer: NodeJS.Immediate | undefined;
  const events: AppEvents = { add, hasListeners, flush, retryDelaysMs: documentedRetries, clear };
  return events;

  function hasListeners(portal: Portal): boolean {
    for (const app of apps.values())
      if (app.targetUrl && app.subscriptions.length > 0 && isInstalled(app, portal)) return true;
    return false;
  }

  function isInstalled(app: App, portal: Portal): boolean {
    return oauth.hasGrant(app.clientId, String(portal.id));
  }

  function add(portal: Portal, event: PortalEvent): void {
    for (const app of apps.values()) {
      if (!app.targetUrl || !isInstalled(app, portal)) continue;
      for (const subscription of app.subscriptions) {
        if (!matches(subscription, event)) continue;
        const list = waiting.get(app) ?? [];
        waiting.set(app, list);
        list.push(toBody(portal, app, subscription, event));
        if (list.length >= perRequest) sendTo(app);
        else timer ??= setImmediate(flush);
      }
    }
  }

  function toBody(portal: Portal, app: App, subscription: Subscription, event: PortalEvent): Record<string, unknown> {
    return {
      eventId: base.random.integer(1, 4_294_967_295), // not unique, as documented
      subscriptionId: subscription.id,
      portalId: portal.id,
      appId: app.id,
      occurredAt: base.clock.now(),
      subscriptionType: subscription.eventType,
      attemptNumber: 0,
      ...(event.kind === "associationChange" ? {} : { objectId: event.objectId }),
      ...(subscription.eventType.startsWith("object.") ? { objectTypeId: event.objectTypeId } : {}),
      changeSource: event.changeSource,
      ...(event.propertyName === undefined
        ? {}
        : { propertyName: event.propertyName, propertyValue: event.propertyValue }),
      ...event.extra,
    };
  }

  function flush(): void {
    clearImmediate(timer);
    timer = undefined;
    for (const app of waiting.keys()) sendTo(app);
  }

  function sendTo(app: App): void {
    const list = waiting.get(app) ?? [];
    waiting.delete(app);
    const url = app.targetUrl;
    if (list.length === 0 || url === undefined) return;
    base.webhooks.send({
      url,
      timeoutMs: 5_000,
      retryDelaysMs: events.retryDelaysMs,
      write: (attempt, now) => {
        const body = JSON.stringify(list.map((event) => ({ ...event, attemptNumber: attempt })));
        return { body, headers: sign({ secret: app.clientSecret, url, body, timestamp: now }) };
      },
    });
  }

  function clear(): void {
    clearImmediate(timer);
    timer = undefined;
    waiting.clear();
    events.retryDelaysMs = documentedRetries;
  }
}

function matches(subscription: Subscription, event: PortalEvent): boolean {
  if (!subscription.active) return false;
  const [noun, kind] = subscription.eventType.split(".");
  if (kind !== event.kind) return false;
  if (noun === "object" ? subscription.objectTypeId !== event.objectTypeId : noun !== event.noun) return false;
  return kind !== "propertyChange" || subscription.propertyName === event.propertyName;
}

// Only these escapes are decoded in the URL that is signed.
const decoded = /%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** HubSpot's headers: version 3 over method, URL, body and time, and the older one for app webhooks. */
export function sign({
  secret,
  url,
  body,
  timestamp,
}: {
  secret: string;
  url: string;
  body: string;
  timestamp: number;
}): Record<string, string> {
  const signedUrl = url.replace(decoded, (escaped) => decodeURIComponent(escaped));
  const digest = createHmac("sha256", secret).update(`POST${signedUrl}${body}${timestamp}`).digest("base64");
  return {
    "X-HubSpot-Signature-v3": digest,
    "X-HubSpot-Request-Timestamp": String(timestamp),
    "X-HubSpot-Signature": createHash("sha256")
      .update(secret + body)
      .digest("hex"),
    "X-HubSpot-Signature-Version": "v1",
  };
}
