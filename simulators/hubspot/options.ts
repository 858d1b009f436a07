import type { CommonOptions, OAuthApp } from "#simulators/kit";
import type { HubSpotLimits } from "./limits.ts";
import type { PortalOptions } from "./portal.ts";

/** Scopes the simulator knows; asking for another one is refused, as HubSpot does. */
export const allScopes: readonly string[] = [
  "oauth",
  ...["contacts", "companies", "deals"].flatMap((noun) => [`crm.objects.${noun}.read`, `crm.objects.${noun}.write`]),
  ...["contacts", "companies", "deals"].flatMap((noun) => [`crm.schemas.${noun}.read`, `crm.schemas.${noun}.write`]),
  "crm.objects.owners.read",
  "scheduler.meetings.meeting-link.read",
  "automation",
  "automation.sequences.read",
  "automation.sequences.enrollments.write",
  "crm.import",
  "sales-email-read",
];

export interface Subscription {
  id: number;
  /** `contact.creation`, `contact.propertyChange` … */
  eventType: string;
  propertyName?: string;
  objectTypeId?: string;
  active: boolean;
  createdAt: string;
}

export interface App extends OAuthApp {
  id: number;
  targetUrl: string | undefined;
  maxConcurrentRequests: number;
  subscriptions: Subscription[];
}

export interface AppOptions {
  id?: number;
  name?: string;
  clientId?: string;
  clientSecret?: string;
  /** Scopes that every install must ask for; when absent any known scopes may be asked for. */
  scopes?: string[];
  optionalScopes?: string[];
  /** `["*"]`, any address, when absent. */
  redirectUris?: string[];
  webhooks?: {
    targetUrl: string;
    subscriptions: Array<{ eventType: string; propertyName?: string; active?: boolean }>;
  };
}

export interface StaticTokenOptions {
  token?: string;
  portalId?: number;
  scopes?: readonly string[];
}

export interface HubSpotOptions extends CommonOptions {
  portals?: PortalOptions[];
  apps?: AppOptions[];
  staticTokens?: StaticTokenOptions[];
  /** `documented` when absent. */
  limits?: "documented" | "off" | Partial<HubSpotLimits>;
  searchIndexLagMs?: number;
  refreshTokens?: "reusable" | "single-use";
  accessTokenTtlSeconds?: number;
  /** Waits before webhook attempts 2, 3 …; HubSpot's own spread over 24 hours when absent. */
  webhookRetryDelaysMs?: number[];
}

/** What exists when nothing is asked for, so that a first try needs no set-up. */
export const defaults = {
  portalId: 24_681_012,
  appId: 3_100_001,
  app: { name: "Demo app", clientId: "hubspot-demo-client", clientSecret: "hubspot-demo-secret" },
  staticToken: "pat-na1-00000000-0000-4000-8000-000000000001",
  developerApiKey: "hubspot-demo-developer-key",
} as const;

export function readApp(options: AppOptions, id: number): App {
  const app: App = {
    id: options.id ?? id,
    name: options.name ?? `App ${id}`,
    clientId: options.clientId ?? `client-${id}`,
    clientSecret: options.clientSecret ?? `secret-${id}`,
    scopes: options.scopes ?? [],
    optionalScopes: options.optionalScopes ?? [],
    redirectUris: options.redirectUris ?? ["*"],
    targetUrl: undefined,
    maxConcurrentRequests: 10,
    subscriptions: [],
  };
  if (options.webhooks) setWebhooks(app, options.webhooks);
  return app;
}

export function setWebhooks(app: App, { targetUrl, subscriptions }: NonNullable<AppOptions["webhooks"]>): void {
  app.targetUrl = targetUrl;
  app.subscriptions = subscriptions.map((subscription, index) => ({
    id: app.id * 100 + index,
    active: true,
    createdAt: new Date(0).toISOString(),
    ...subscription,
  }));
}
