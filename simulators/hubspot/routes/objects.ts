import type { Call, Routes } from "../api.ts";
import { invalid, notFound } from "../errors.ts";
import { findRecord, requireRecord, typeOf } from "../lookup.ts";
import { eraseRecord, mergeRecords } from "../merge.ts";
import { archiveRecord, checkCreate, checkUpdate, commitCreate, commitUpdate } from "../records.ts";
import { objectScopes } from "../scopes.ts";
import { readSearch, runSearch } from "../search.ts";
import { listParameter, viewAssociations, viewHistory, viewRecord, viewWritten } from "../view.ts";

const reads = ({ type }: Record<string, string>) => objectScopes(type, "read");
const writes = ({ type }: Record<string, string>) => objectScopes(type, "write");

export const objectRoutes: Routes = (add) => {
  add("GET", "/crm/objects/:type", { handle: list, scopes: reads });
  add("POST", "/crm/objects/:type", { handle: create, scopes: writes });
  add("GET", "/crm/objects/:type/:id", { handle: read, scopes: reads });
  add("PATCH", "/crm/objects/:type/:id", { handle: update, scopes: writes });
  add("DELETE", "/crm/objects/:type/:id", { handle: archive, scopes: writes });
  add("POST", "/crm/objects/:type/search", { handle: search, scopes: reads, bucket: "search" });
  add("POST", "/crm/objects/:type/merge", { handle: merge, scopes: writes });
  add("POST", "/crm/objects/:type/gdpr-delete", { handle: erase, scopes: writes });
};

function list({ portal, params, query, exchange, world }: Call) {
  const state = typeOf(portal, params.type);
  const names = listParameter(query, "properties");
  const historyNames = listParameter(query, "propertiesWithHistory");
  const toTypes = listParameter(query, "associations") ?? [];
  const limit = Number(query.get("limit") ?? 10);
  const max = historyNames ? 50 : 100;
  if (!Number.isInteger(limit) || limit < 1 || limit > max)
    throw invalid(`Invalid limit ${query.get("limit")}: it must be from 1 to ${max}.`);
  const after = Number(query.get("after") ?? 0);
  if (!Number.isFinite(after)) throw invalid(`Invalid after ${query.get("after")}`);
  const records = state.table.list(after, limit + 1, query.get("archived") === "true");
  const page = records.slice(0, limit);
  const next = records.length > limit ? page.at(-1)?.id : undefined;
  const results = page.map((record) => {
    const associations = viewAssociations(portal, record, toTypes);
    return {
      ...viewRecord(portal, state, record, names),
      ...(historyNames ? { propertiesWithHistory: viewHistory(record, historyNames) } : {}),
      ...(Object.keys(associations).length > 0 ? { associations } : {}),
    };
  });
  if (next === undefined) return { status: 200, body: { results } };
  // A slow answer may be made after the simulator was stopped, and then it has no address.
  const link = new URL(exchange.target, world.url() || "http://127.0.0.1");
  link.searchParams.set("after", next);
  return { status: 200, body: { results, paging: { next: { after: next, link: link.href } } } };
}

function create({ portal, params, body }: Call) {
  const state = typeOf(portal, params.type);
  const record = commitCreate(portal, state, checkCreate(portal, state, body), "INTEGRATION");
  return { status: 201, body: viewWritten(portal, state, record) };
}

function read({ portal, params, query }: Call) {
  const state = typeOf(portal, params.type);
  const id = params.id ?? "";
  const record =
    query.get("archived") === "true"
      ? state.table.getArchived(id)
      : findRecord(state, id, query.get("idProperty") ?? undefined);
  if (!record) throw notFound();
  const historyNames = listParameter(query, "propertiesWithHistory");
  const associations = viewAssociations(portal, record, listParameter(query, "associations") ?? []);
  const view = {
    ...viewRecord(portal, state, record, listParameter(query, "properties")),
    ...(historyNames ? { propertiesWithHistory: viewHistory(record, historyNames) } : {}),
    ...(Object.keys(associations).length > 0 ? { associations } : {}),
  };
  return { status: 200, body: view };
}

function update({ portal, params, query, body }: Call) {
  const state = typeOf(portal, params.type);
  const record = requireRecord(state, params.id ?? "", query.get("idProperty") ?? undefined);
  commitUpdate(portal, state, record, checkUpdate(portal, state, record, body), "INTEGRATION");
  return { status: 200, body: viewWritten(portal, state, record) };
}

function archive({ portal, params }: Call) {
  const state = typeOf(portal, params.type);
  const record = state.table.get(params.id ?? "");
  if (record) archiveRecord(portal, state, record, "INTEGRATION");
  else requireArchived();
  return { status: 204 };

  // Deleting what is already in the recycle bin succeeds; what never existed is not found.
  function requireArchived(): void {
    if (!state.table.getArchived(params.id ?? "")) requireRecord(state, params.id ?? "");
  }
}

function search({ portal, params, body, exchange }: Call) {
  const state = typeOf(portal, params.type);
  const request = readSearch(body, exchange.rawBody.length, state.definitions);
  const { total, page } = runSearch(state.table, state.type, state.definitions, request);
  const results = page.map(({ record, properties }) =>
    viewRecord(portal, state, record, request.properties, properties),
  );
  const next = request.after + page.length;
  return {
    status: 200,
    body: { total, results, ...(next < total ? { paging: { next: { after: String(next) } } } : {}) },
  };
}

function merge({ portal, params, body }: Call) {
  const state = typeOf(portal, params.type);
  const { primaryObjectId, objectIdToMerge } = (body ?? {}) as Record<string, unknown>;
  const primary = requireRecord(state, String(primaryObjectId ?? ""));
  const loser = requireRecord(state, String(objectIdToMerge ?? ""));
  if (primary === loser) throw invalid("A record cannot be merged with itself");
  mergeRecords(portal, state, primary, loser);
  return { status: 200, body: viewWritten(portal, state, primary) };
}

function erase({ portal, params, body }: Call) {
  const state = typeOf(portal, params.type);
  const { objectId, idProperty } = (body ?? {}) as Record<string, unknown>;
  if (objectId === undefined) throw invalid("objectId is required");
  const record = findRecord(state, String(objectId), idProperty === undefined ? undefined : String(idProperty));
  if (record) eraseRecord(portal, state, record);
  return { status: 204 };
}
