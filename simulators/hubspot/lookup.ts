import { HubSpotError, invalid, notFound } from "./errors.ts";
import type { Portal, TypeState } from "./portal.ts";
import type { CrmRecord } from "./table.ts";

/** The object type of a path; 400 for one that this account does not have. */
export function typeOf(portal: Portal, key: string | undefined): TypeState {
  const state = portal.type(key ?? "");
  if (!state) throw new HubSpotError(400, `Unable to infer object type from: ${key}`, { category: "VALIDATION_ERROR" });
  return state;
}

/** By record id, or by the value of a unique property. */
export function findRecord(state: TypeState, id: string, idProperty: string | undefined): CrmRecord | undefined {
  if (idProperty === undefined || idProperty === "hs_object_id") return state.table.get(id);
  if (!state.definitions.get(idProperty)?.hasUniqueValue) {
    throw invalid(`idProperty '${idProperty}' is not a unique property of ${state.type.name}`);
  }
  return state.table.findUnique(idProperty, id);
}

export function requireRecord(state: TypeState, id: string, idProperty?: string): CrmRecord {
  const record = findRecord(state, id, idProperty);
  if (!record) throw notFound();
  return record;
}
