import type { Connection } from "../data/types.ts";

export interface Trouble {
  tone: "error" | "warn" | "neutral";
  title: string;
  text: string;
}

/** Cause and consequence of a connection that does not fully work; null when it does. */
export function troubleOf(connection: Connection): Trouble | null {
  const { status, provider_name: provider, status_detail: detail } = connection;
  switch (status) {
    case "connected":
      return null;
    case "needs_reauth":
      return {
        tone: "error",
        title: `${provider} no longer accepts our sign-in`,
        text: withDefault(detail, "Calls wait until the account is reconnected; nothing is lost."),
      };
    case "degraded":
      return {
        tone: "warn",
        title: `${provider} works only in part`,
        text: withDefault(detail, "We keep trying; what fails is kept and can be retried."),
      };
    case "paused":
      return {
        tone: "neutral",
        title: "Paused",
        text: withDefault(detail, "New calls wait and go through when you resume; nothing is lost."),
      };
    case "disconnected":
      return {
        tone: "neutral",
        title: "Disconnected",
        text: withDefault(
          detail,
          "Nothing is written any more. Reconnect the same account within 30 days to get its settings and links back.",
        ),
      };
  }
}

function withDefault(text: string | null, otherwise: string): string {
  return text?.trim() || otherwise;
}

/** "HubSpot · Ridge Roofing": the provider, and which of its accounts. */
export function connectionName(connection: Connection): string {
  const own = connection.name ?? connection.account?.name ?? connection.account?.id;
  if (own?.startsWith(connection.provider_name)) return own;
  return own ? `${connection.provider_name} · ${own}` : connection.provider_name;
}
