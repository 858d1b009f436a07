import type { CommonOptions, OAuthApp } from "#simulators/kit";
import type { CalendarOptions } from "./calendar.ts";

export const accessRoles = ["freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"] as const;
export type AccessRole = (typeof accessRoles)[number];

export interface AccountOptions {
  /** Also the id of its primary calendar. */
  email?: string;
  name?: string;
  timeZone?: string;
  /** Further calendars of its own. */
  calendars?: CalendarOptions[];
}

export interface AppOptions {
  clientId?: string;
  clientSecret?: string;
  name?: string;
  redirectUris?: string[];
  /** The consent screen is in testing: refresh tokens live for seven days. */
  testing?: boolean;
}

export interface CalendarLimits {
  perMinute: number;
  perMinutePerUser: number;
  /** The provider answers either. */
  status: 403 | 429;
  enabled: boolean;
}

export interface GoogleCalendarOptions extends CommonOptions {
  accounts?: AccountOptions[];
  apps?: AppOptions[];
  limits?: "documented" | "off" | Partial<CalendarLimits>;
  pkce?: "optional" | "required";
  accessTokenTtlSeconds?: number;
  /** How long a video link takes to be made; 1,000 when absent. */
  meetDelayMs?: number;
  /** Waits before a notification is sent again. */
  pushRetryDelaysMs?: readonly number[];
}

/** What exists when nothing is asked for. */
export const defaults = {
  email: "dana@acme.example",
  app: { clientId: "google-demo-client.apps.googleusercontent.com", clientSecret: "google-demo-secret" },
} as const;

export const documentedLimits: CalendarLimits = {
  perMinute: 10_000,
  perMinutePerUser: 600,
  status: 403,
  enabled: true,
};

export const scopePrefix = "https://www.googleapis.com/auth/";

const calendarScopes = [
  "calendar",
  "calendar.readonly",
  "calendar.events",
  "calendar.events.readonly",
  "calendar.events.owned",
  "calendar.events.owned.readonly",
  "calendar.events.freebusy",
  "calendar.freebusy",
  "calendar.calendarlist",
  "calendar.calendarlist.readonly",
  "calendar.calendars",
  "calendar.calendars.readonly",
  "calendar.settings.readonly",
  "calendar.app.created",
];
export const allScopes = ["openid", "email", "profile", ...calendarScopes.map((name) => scopePrefix + name)];

export function readApp({ clientId, clientSecret, name, redirectUris }: AppOptions): OAuthApp {
  return {
    clientId: clientId ?? defaults.app.clientId,
    clientSecret: clientSecret ?? defaults.app.clientSecret,
    name: name ?? "Demo app",
    redirectUris: redirectUris ?? ["*"],
    scopes: allScopes,
    optionalScopes: [],
  };
}

export function readLimits(given: GoogleCalendarOptions["limits"]): CalendarLimits {
  if (given === "off") return { ...documentedLimits, enabled: false };
  return { ...documentedLimits, ...(typeof given === "object" ? given : {}) };
}
