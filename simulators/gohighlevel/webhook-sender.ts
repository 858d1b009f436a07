import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Base, OAuthServer } from "#simulators/kit";
import type { Location, LocationEvent, Values } from "./location.ts";
import { iso } from "./location.ts";
import type { App } from "./options.ts";

// A key of the simulator's own: only HighLevel can sign with HighLevel's.
const seed = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
  format: "der",
  type: "pkcs8",
});

/** The key to check `X-GHL-Signature` with, as SPKI in base64. */
export const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).toString("base64");

/** `X-GHL-Signature` of a body: Ed25519 over its bytes, in base64. */
export function signWebhook(body: string): string {
  return sign(null, Buffer.from(body), privateKey).toString("base64");
}

// An app hears of what it may read.
const scopeOf: Array<[RegExp, string]> = [
  [/^(Contact|Note|Task)/, "contacts.readonly"],
  [/^Appointment/, "calendars/events.readonly"],
  [/^Opportunity/, "opportunities.readonly"],
  [/^(Inbound|Outbound)Message/, "conversations/message.readonly"],
  [/^Location/, "locations.readonly"],
  [/^User/, "users.readonly"],
];

/** Sends events to the apps that are installed; tried again only after a 429, six times, ten minutes apart. */
export function createWebhookSender({
  base,
  apps,
  oauth,
  legacy,
}: {
  base: Base;
  apps: Map<string, App>;
  oauth: OAuthServer;
  legacy: boolean;
}) {
  let rsa: { privateKey: KeyObject; publicKey: KeyObject } | undefined;
  const sender = {
    retryDelaysMs: undefined as readonly number[] | undefined,
    tell,
    send,
    /** The key to check `X-WH-Signature` with, when it is sent. */
    legacyPublicKey: () => legacyKeys().publicKey.export({ format: "pem", type: "spki" }) as string,
  };
  return sender;

  function tell(location: Location, { type, body }: LocationEvent): void {
    const scope = scopeOf.find(([pattern]) => pattern.test(type))?.[1];
    for (const app of apps.values()) {
      const isInstalled =
        oauth.hasGrant(app.clientId, `location:${location.id}`) ||
        oauth.hasGrant(app.clientId, `company:${location.companyId}`);
      if (!isInstalled || (scope !== undefined && !app.scopes.includes(scope))) continue;
      if (app.events && !app.events.includes(type)) continue;
      // A contact has a `type` of its own, which gives way.
      send(app, { ...body, type, locationId: location.id });
    }
  }

  function send(app: App, event: Values): void {
    if (app.webhookUrl === undefined) return;
    const body = JSON.stringify({ ...event, timestamp: iso(base.clock.now()), webhookId: base.random.uuid() });
    const jitter = () => base.random.integer(0, 60_000);
    base.webhooks.send({
      url: app.webhookUrl,
      timeoutMs: 15_000,
      retryDelaysMs: sender.retryDelaysMs ?? Array.from({ length: 6 }, () => 600_000 + jitter()),
      retries: (status) => status === 429,
      write: () => ({
        body,
        headers: { "x-ghl-signature": signWebhook(body), ...(legacy ? { "x-wh-signature": signLegacy(body) } : {}) },
      }),
    });
  }

  function signLegacy(body: string): string {
    return sign("RSA-SHA256", Buffer.from(body), legacyKeys().privateKey).toString("base64");
  }

  // Made when first needed: it takes a while.
  function legacyKeys() {
    rsa ??= generateKeyPairSync("rsa", { modulusLength: 2_048 });
    return rsa;
  }
}
