import type { CommonOptions, OAuthApp } from "#simulators/kit";
import type { OrgOptions } from "./org.ts";

export interface AppOptions {
  clientId?: string;
  clientSecret?: string;
  name?: string;
  redirectUris?: string[];
  scopes?: string[];
}

export interface SalesforceOptions extends CommonOptions {
  orgs?: OrgOptions[];
  apps?: AppOptions[];
  /** `single-use`: refresh token rotation is on for the apps. */
  refreshTokens?: "reusable" | "single-use";
  /** After how many days without use a refresh token dies; 30 for partner apps, never when absent. */
  refreshIdleDays?: number;
  pkce?: "optional" | "required";
  /** How long a session lives without use; 7,200 when absent. */
  sessionSeconds?: number;
  /** `off`: requests are counted and never refused. */
  limits?: "documented" | "off";
  /** How far the search index is behind; 0 when absent. */
  searchIndexLagMs?: number;
}

/** What exists when nothing is asked for. */
export const defaults = {
  orgId: "00DHs0000000001MAA",
  app: { clientId: "salesforce-demo-client", clientSecret: "salesforce-demo-secret" },
} as const;

export const allScopes = ["api", "refresh_token", "offline_access", "id", "profile", "email", "openid", "full", "web"];

export const apiVersions = ["50.0", "55.0", "60.0", "61.0", "62.0", "63.0", "64.0", "65.0", "66.0", "67.0"];

export function readApp({ clientId, clientSecret, name, redirectUris, scopes }: AppOptions): OAuthApp {
  return {
    clientId: clientId ?? defaults.app.clientId,
    clientSecret: clientSecret ?? defaults.app.clientSecret,
    name: name ?? "Demo app",
    redirectUris: redirectUris ?? ["*"],
    scopes: scopes ?? allScopes,
    optionalScopes: [],
  };
}
