import type { CommonOptions, OAuthApp } from "#simulators/kit";
import type { CompanyOptions } from "./company.ts";
import type { PipedriveLimits } from "./limits.ts";

export interface AppOptions {
  clientId?: string;
  clientSecret?: string;
  name?: string;
  /** One address for each app at Pipedrive; `*` takes any. */
  redirectUri?: string;
  /** Scopes stand on the app and never in the address of the sign-in page. */
  scopes?: readonly string[];
}

export interface ApiTokenOptions {
  token?: string;
  companyId?: number;
  userId?: number;
}

export interface PipedriveOptions extends CommonOptions {
  companies?: CompanyOptions[];
  apps?: AppOptions[];
  apiTokens?: ApiTokenOptions[];
  limits?: "documented" | "off" | Partial<PipedriveLimits>;
  /** Not confirmed by the documents; the stricter reading is the default. */
  refreshTokens?: "single-use" | "reusable";
  accessTokenTtlSeconds?: number;
  /** How long a new record is missing from search. */
  searchIndexLagMs?: number;
  /** `digits` also finds `+1 (407) 978-0655` by `4079780655`; not confirmed, so off. */
  phoneSearch?: "as-written" | "digits";
}

export const allScopes: readonly string[] = [
  "base",
  "activities:read",
  "activities:full",
  "admin",
  "contact-fields:full",
  "contacts:read",
  "contacts:full",
  "deal-fields:full",
  "deals:read",
  "deals:full",
  "leads:read",
  "leads:full",
  "phone-integration",
  "recents:read",
  "search:read",
  "users:read",
];

/** What exists when nothing is said. */
export const defaults = {
  companyId: 7_654_321,
  userId: 13_000_001,
  apiToken: "0123456789abcdef0123456789abcdef01234567",
  app: {
    clientId: "pipedrive-demo-client",
    clientSecret: "pipedrive-demo-secret",
    name: "Demo app",
    redirectUri: "*",
    scopes: allScopes,
  },
} as const;

export function readApp(options: AppOptions): OAuthApp {
  const { clientId, clientSecret, name, redirectUri, scopes } = { ...defaults.app, ...options };
  return { clientId, clientSecret, name, redirectUris: [redirectUri], scopes: [...scopes], optionalScopes: [] };
}
