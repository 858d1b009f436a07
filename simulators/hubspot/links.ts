import type { AssociationDefinition } from "./associations.ts";
import type { Portal, TypeState } from "./portal.ts";
import type { CrmRecord } from "./table.ts";

/** Joins two records, in both directions. Doing it again changes nothing. */
export function link(portal: Portal, from: End, to: End, type: AssociationDefinition): void {
  const isNew = add(from.record, to, type.key);
  add(to.record, from, type.inverse);
  if (isNew) announce(portal, from, to, type, false);
}

export interface End {
  state: TypeState;
  record: CrmRecord;
}

/** Parts two records: all their associations, or only those of the given types. */
export function unlink(portal: Portal, from: End, to: End, types?: AssociationDefinition[]): void {
  const keys = from.record.links?.get(to.state.type.id)?.get(to.record.id) ?? [];
  for (const key of types?.map((type) => type.key) ?? [...keys]) {
    const type = portal.associationTypes.get(key);
    if (!type || !remove(from.record, to, key)) continue;
    remove(to.record, from, type.inverse);
    announce(portal, from, to, type, true);
  }
}

/** The live records joined to this one, in the order they were joined, each with its association type keys. */
export function linksOf(record: CrmRecord, to: TypeState): Array<{ id: string; keys: number[] }> {
  const found = record.links?.get(to.type.id);
  if (!found) return [];
  return [...found].filter(([id]) => to.table.get(id) !== undefined).map(([id, keys]) => ({ id, keys }));
}

function add(record: CrmRecord, other: End, key: number): boolean {
  record.links ??= new Map();
  let byId = record.links.get(other.state.type.id);
  if (!byId) {
    byId = new Map();
    record.links.set(other.state.type.id, byId);
  }
  const keys = byId.get(other.record.id);
  if (!keys) byId.set(other.record.id, [key]);
  else if (keys.includes(key)) return false;
  else keys.push(key);
  return true;
}

function remove(record: CrmRecord, other: End, key: number): boolean {
  const byId = record.links?.get(other.state.type.id);
  const keys = byId?.get(other.record.id);
  const index = keys?.indexOf(key) ?? -1;
  if (!byId || !keys || index < 0) return false;
  keys.splice(index, 1);
  if (keys.length === 0) byId.delete(other.record.id);
  return true;
}

function announce(portal: Portal, from: End, to: End, type: AssociationDefinition, associationRemoved: boolean): void {
  if (!portal.hasListeners()) return;
  const inverse = portal.associationTypes.get(type.inverse);
  for (const [here, there, name] of [[from, to, type.name] as const, [to, from, inverse?.name ?? type.name] as const]) {
    portal.emit({
      noun: here.state.type.singular,
      objectTypeId: here.state.type.id,
      kind: "associationChange",
      objectId: Number(here.record.id),
      changeSource: "INTEGRATION",
      extra: {
        associationType: name.toUpperCase(),
        fromObjectId: Number(here.record.id),
        toObjectId: Number(there.record.id),
        associationRemoved,
        isPrimaryAssociation: type.label === "Primary",
      },
    });
  }
}
