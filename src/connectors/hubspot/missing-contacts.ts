import type { ProviderApi } from "#connector-kit";
import { PlatformError } from "#core";
import { type Row, readBatch } from "./objects.ts";

/** The contacts that are there under the id we know them by. A merged one answers with its survivor's id, so it is not. */
export async function readContacts(
  api: ProviderApi,
  ids: readonly (string | null)[],
  properties: string[],
): Promise<Map<string, Row>> {
  const known = ids.filter((id) => id !== null);
  const rows = known.length === 0 ? [] : await readBatch(api, "contacts", known, { properties });
  return new Map(rows.map((row) => [row.id, row]));
}

/** The caller matches anew on this. */
export function contactIsGone(): PlatformError {
  return new PlatformError("provider.not_found", "The contact is gone from HubSpot: it was deleted or merged.", {
    provider: { id: "hubspot" },
  });
}
