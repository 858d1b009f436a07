import { linksOf } from "./links.ts";
import { findObjectType } from "./object-types.ts";
import type { Portal, TypeState } from "./portal.ts";
import type { Properties } from "./properties.ts";
import type { CrmRecord } from "./table.ts";

/** A record as the API answers it, with the named properties or else the default ones. */
export function viewRecord(
  portal: Portal,
  state: TypeState,
  record: CrmRecord,
  names?: readonly string[],
  values = record.properties,
) {
  return {
    id: record.id,
    properties: pick(state, values, names),
    createdAt: new Date(record.createdAt).toISOString(),
    updatedAt: new Date(record.updatedAt).toISOString(),
    archived: record.archivedAt !== undefined,
    ...(record.archivedAt === undefined ? {} : { archivedAt: new Date(record.archivedAt).toISOString() }),
    url: `https://app.hubspot.com/contacts/${portal.id}/record/${state.type.id}/${record.id}`,
  };
}

/** After a write: everything that has a value. */
export function viewWritten(portal: Portal, state: TypeState, record: CrmRecord, objectWriteTraceId?: string) {
  const view = viewRecord(portal, state, record, []);
  const properties: Properties = {};
  for (const name in record.properties) {
    const value = record.properties[name];
    if (value !== null && value !== undefined) properties[name] = value;
  }
  return { ...view, properties, ...(objectWriteTraceId === undefined ? {} : { objectWriteTraceId }) };
}

function pick({ type, definitions }: TypeState, values: Properties, names?: readonly string[]): Properties {
  const picked: Properties = {};
  if (!names) {
    for (const name of type.defaultProperties) picked[name] = values[name] ?? null;
    return picked;
  }
  for (const name of [type.createdProperty, "hs_object_id", type.modifiedProperty]) picked[name] = values[name] ?? null;
  // A name that does not exist is left out without a word; one without a value reads as null.
  for (const name of names) if (definitions.has(name)) picked[name] = values[name] ?? null;
  return picked;
}

export function viewHistory(record: CrmRecord, names: readonly string[]) {
  const history: Record<string, unknown[]> = {};
  for (const name of names) {
    const value = record.properties[name];
    const first = value ? [{ value, timestamp: record.createdAt, sourceType: "INTEGRATION" }] : [];
    const entries = record.history?.get(name) ?? first;
    history[name] = entries.map((entry) => ({ ...entry, timestamp: new Date(entry.timestamp).toISOString() }));
  }
  return history;
}

/** The `associations` of a record: ids and type names, one entry for each type. */
export function viewAssociations(portal: Portal, record: CrmRecord, toTypes: readonly string[]) {
  const associations: Record<string, { results: Array<{ id: string; type: string }> }> = {};
  for (const name of toTypes) {
    const state = portal.type(findObjectType(name)?.id ?? "");
    if (!state) continue;
    const results = linksOf(record, state).flatMap(({ id, keys }) =>
      keys.map((key) => ({ id, type: portal.associationTypes.get(key)?.name ?? "" })),
    );
    if (results.length > 0) associations[state.type.name] = { results };
  }
  return associations;
}

/** `?properties=a,b&properties=c` as a list, or undefined when absent. */
export function listParameter(query: URLSearchParams, name: string): string[] | undefined {
  const values = query
    .getAll(name)
    .flatMap((value) => value.split(","))
    .filter(Boolean);
  return values.length > 0 ? values : undefined;
}
