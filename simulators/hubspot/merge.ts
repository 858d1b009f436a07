import { link, linksOf } from "./links.ts";
import type { Portal, TypeState } from "./portal.ts";
import type { Properties } from "./properties.ts";
import { commitUpdate, emit } from "./records.ts";
import type { CrmRecord } from "./table.ts";

/** The primary keeps its values and takes the loser's where it has none, its links, and its id as an alias. */
export function mergeRecords(portal: Portal, state: TypeState, primary: CrmRecord, loser: CrmRecord): void {
  const { table, definitions } = state;
  const taken: Properties = {};
  for (const [name, value] of Object.entries(loser.properties)) {
    const definition = definitions.get(name);
    if (value && !primary.properties[name] && definition && !definition.modificationMetadata.readOnlyValue)
      taken[name] = value;
  }
  const numberOfPropertiesMoved = Object.keys(taken).length;
  const lostEmail = loser.properties.email;
  if (lostEmail && lostEmail !== primary.properties.email && !taken.email) {
    taken.hs_additional_emails = join(primary.properties.hs_additional_emails, lostEmail);
  }
  taken.hs_merged_object_ids = join(primary.properties.hs_merged_object_ids, loser.id);
  for (const other of portal.types()) {
    for (const { id, keys } of linksOf(loser, other)) {
      const record = other.table.get(id);
      for (const key of keys) {
        const type = portal.associationTypes.get(key);
        if (record && type) link(portal, { state, record: primary }, { state: other, record }, type);
      }
    }
  }
  table.purge(loser);
  table.addAlias(loser.id, primary);
  commitUpdate(portal, state, primary, taken, "INTEGRATION");
  if (!portal.hasListeners()) return;
  const ids = {
    primaryObjectId: Number(primary.id),
    mergedObjectIds: [Number(loser.id)],
    newObjectId: Number(primary.id),
  };
  emit(portal, state, primary, {
    kind: "merge",
    changeSource: "INTEGRATION",
    extra: { ...ids, numberOfPropertiesMoved },
  });
}

/** Gone at once and for good: not in the recycle bin, not in the archived list. */
export function eraseRecord(portal: Portal, state: TypeState, record: CrmRecord): void {
  state.table.purge(record);
  if (portal.hasListeners()) emit(portal, state, record, { kind: "privacyDeletion", changeSource: "INTEGRATION" });
}

function join(list: string | null | undefined, value: string): string {
  return [...new Set([...(list ? list.split(";") : []), value])].join(";");
}
