import type { ProviderApi } from "#connector-kit";

const typeIds: Record<string, string> = { contact: "0-1", company: "0-2", deal: "0-3" };

/** A record's page in HubSpot. Notes and meetings have none of their own: they stand on their contact's. */
export function recordUrl(
  { connection }: Pick<ProviderApi, "connection">,
  kind: string,
  externalId: string,
): string | null {
  const typeId = typeIds[kind];
  const { portal_id = connection.externalAccountId, ui_domain = "app.hubspot.com" } = connection.state;
  if (!typeId || !portal_id) return null;
  return `https://${ui_domain}/contacts/${portal_id}/record/${typeId}/${encodeURIComponent(externalId)}`;
}
