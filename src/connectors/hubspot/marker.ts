import type { ProviderApi } from "#connector-kit";
import { readBatch } from "./objects.ts";

/** The unique contact property that holds our key, so that a contact we made is found again at once. */
export const markerProperty = "tieline_key";

/** Whether `setUp` could make the marker. Without its scope we recognise our contacts by phone and e-mail instead. */
export function hasMarker(api: Pick<ProviderApi, "connection">): boolean {
  return api.connection.state.marker === true;
}

/** Contact ids by our key. A batch read sees a write at once, unlike search. */
export async function findByMarker(api: ProviderApi, keys: readonly string[]): Promise<Map<string, string>> {
  const rows = await readBatch(api, "contacts", keys, { idProperty: markerProperty, properties: [markerProperty] });
  // HubSpot compares unique values without regard to case.
  const ids = new Map(rows.map((row) => [row.properties[markerProperty]?.toLowerCase(), row.id]));
  return new Map(
    keys.flatMap((key) => [
      ...(ids.has(key.toLowerCase()) ? [[key, ids.get(key.toLowerCase())] as [string, string]] : []),
    ]),
  );
}
