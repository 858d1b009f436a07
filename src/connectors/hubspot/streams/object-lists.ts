import { cursorPaging, type KeysetWindow, keysetPaging, type ListRequest, type StreamCursor } from "#connector-kit";
import { version } from "../objects.ts";

const after = { param: "after", at: "paging.next.after" };

/** How every CRM object is read: in full from its list, changes from search, deletions from the list of the archived. */
export function objectLists(type: string, modified: string, properties: readonly string[]) {
  const names = [...properties, "hs_merged_object_ids", modified];
  const list = (archived: boolean): ListRequest => ({
    path: `/crm/objects/${version}/${type}`,
    query: { properties: names.join(","), archived },
    itemsAt: "results",
    paging: cursorPaging({ ...after, size: { param: "limit", value: 100 } }), // HubSpot's most
  });
  const cursor: StreamCursor = {
    field: `properties.${modified}`,
    // Search sees a write a few moments later than everybody else: developers.hubspot.com/docs/api-reference/search/guide
    lookBackSeconds: 60,
    changes: (since) => ({
      method: "POST",
      path: `/crm/objects/${version}/${type}/search`,
      json: { properties: names },
      buckets: ["search"],
      itemsAt: "results",
      paging: keysetPaging({
        pageSize: 200, // HubSpot's most
        from: toMs(since),
        valueAt: `properties.${modified}`,
        toValue: toMs,
        moreAt: after.at,
        request: (window, limit) => ({ json: { limit, ...toSearch(window, modified) } }),
      }),
    }),
  };
  return { list: list(false), cursor, deletions: "feed", deleted: { ...list(true), at: "archivedAt" } } as const;
}

function toSearch(window: KeysetWindow, modified: string) {
  const filter = (propertyName: string, operator: string, value: string) => ({ propertyName, operator, value });
  const ascending = (propertyName: string) => [{ propertyName, direction: "ASCENDING" }];
  if (window.kind === "from") {
    const filters = [filter(modified, window.inclusive ? "GTE" : "GT", window.from)];
    return { filterGroups: [{ filters }], sorts: ascending(modified) };
  }
  const filters = [filter(modified, "EQ", window.value), filter("hs_object_id", "GT", window.afterId ?? "0")];
  return { filterGroups: [{ filters }], sorts: ascending("hs_object_id") };
}

/** Search compares dates in milliseconds, and shows them as text. */
function toMs(text: string): string {
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  return String(ms);
}
