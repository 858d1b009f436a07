import type { CommonOptions } from "#simulators/kit";
import type { GoHighLevelLimits } from "./limits.ts";
import type { LocationOptions } from "./location.ts";

export interface AppOptions {
  id?: string;
  clientId?: string;
  clientSecret?: string;
  name?: string;
  /** `*` takes any address. */
  redirectUris?: readonly string[];
  /** What the app may ask for. */
  scopes?: readonly string[];
  /** Where this app's webhooks go; none when absent. */
  webhookUrl?: string;
  /** Which events; all when absent. INSTALL and UNINSTALL always come. */
  events?: readonly string[];
  conversationProviderId?: string;
}

export interface CompanyOptions {
  id?: string;
  name?: string;
  locations?: LocationOptions[];
}

export interface PrivateTokenOptions {
  token?: string;
  /** Of a location, or of a whole company. */
  locationId?: string;
  companyId?: string;
  scopes?: readonly string[];
  /** Sandboxes and trials: 25 in 10 s and 10,000 a day. */
  isTrial?: boolean;
}

export interface GoHighLevelOptions extends CommonOptions {
  companies?: CompanyOptions[];
  apps?: AppOptions[];
  privateTokens?: PrivateTokenOptions[];
  limits?: "documented" | "off" | Partial<GoHighLevelLimits>;
  refreshTokens?: "single-use" | "reusable";
  accessTokenTtlSeconds?: number;
  /** How long a new or changed contact is missing from search. */
  searchIndexLagMs?: number;
  /** What becomes of a telephone number that is none; not confirmed by the documents. */
  wrongPhone?: "drop" | "refuse";
  /** Whether unknown custom fields and values that are no option are refused; not confirmed. */
  customFields?: "refuse" | "ignore";
  /** Also sends `X-WH-Signature`, which ended in 2026. */
  legacySignature?: boolean;
}

const domains = [
  ...["contacts", "calendars", "calendars/events", "opportunities", "locations/customFields", "locations/tags"],
  ...["businesses", "conversations", "conversations/message", "oauth"],
];
export const allScopes: readonly string[] = [
  ...domains.flatMap((domain) => [`${domain}.readonly`, `${domain}.write`]),
  ...["workflows.readonly", "locations.readonly", "users.readonly"],
];

/** What exists when nothing is said. */
export const defaults = {
  companyId: "comp0000000000000001",
  locationId: "loca0000000000000001",
  userId: "user0000000000000001",
  calendarId: "cale0000000000000001",
  workflowId: "work0000000000000001",
  privateToken: "pit-00000000-0000-4000-8000-000000000001",
  app: {
    id: "app00000000000000001",
    clientId: "app00000000000000001-demo",
    clientSecret: "gohighlevel-demo-secret",
    name: "Demo app",
    redirectUris: ["*"],
    scopes: allScopes,
    conversationProviderId: "prov0000000000000001",
  },
} as const;

export interface App {
  id: string;
  clientId: string;
  clientSecret: string;
  name: string;
  redirectUris: string[];
  scopes: string[];
  optionalScopes: string[];
  webhookUrl: string | undefined;
  events: readonly string[] | undefined;
  conversationProviderId: string;
}

export function readApp(options: AppOptions): App {
  const merged = { ...defaults.app, ...options };
  return {
    ...merged,
    redirectUris: [...merged.redirectUris],
    scopes: [...merged.scopes],
    optionalScopes: [],
    webhookUrl: options.webhookUrl,
    events: options.events,
  };
}
