import type { Answer } from "#simulators/kit";
import type { Call, Routes } from "../api.ts";
import { type AssociationDefinition, toLabelled } from "../associations.ts";
import { HubSpotError, invalid, notFound, toBatchError } from "../errors.ts";
import { type End, link, linksOf, unlink } from "../links.ts";
import { typeOf } from "../lookup.ts";
import type { TypeState } from "../portal.ts";
import { invalidObjectId } from "../records.ts";
import { objectScopes } from "../scopes.ts";
import { finish, readInputs } from "./batch.ts";

const both = (access: "read" | "write") => (params: Record<string, string>) => [
  ...objectScopes(params.type, access),
  ...objectScopes(params.to, access),
];

export const associationRoutes: Routes = (add) => {
  const [reads, writes] = [both("read"), both("write")];
  add("GET", "/crm/objects/:type/:id/associations/:to", { handle: list, scopes: reads });
  add("PUT", "/crm/objects/:type/:id/associations/default/:to/:toId", { handle: putDefault, scopes: writes });
  add("PUT", "/crm/objects/:type/:id/associations/:to/:toId", { handle: putLabelled, scopes: writes });
  add("DELETE", "/crm/objects/:type/:id/associations/:to/:toId", { handle: removeAll, scopes: writes });
  add("POST", "/crm/associations/:type/:to/batch/read", { handle: readBatch, scopes: reads });
  add("POST", "/crm/associations/:type/:to/batch/create", { handle: createBatch, scopes: writes });
  add("POST", "/crm/associations/:type/:to/batch/associate/default", { handle: defaultBatch, scopes: writes });
  add("POST", "/crm/associations/:type/:to/batch/archive", { handle: archiveBatch, scopes: writes });
  add("POST", "/crm/associations/:type/:to/batch/labels/archive", { handle: archiveLabels, scopes: writes });
  add("GET", "/crm/associations/:type/:to/labels", { handle: listLabels, scopes: reads });
  add("POST", "/crm/associations/:type/:to/labels", { handle: addLabel, scopes: writes });
  add("GET", "/crm/associations/:type/:to/types", { handle: listTypes, scopes: reads });
};

interface Pair {
  from: { id: string };
  to: { id: string };
  types?: unknown[];
}

function ends({ portal, params }: Call): { from: TypeState; to: TypeState } {
  return { from: typeOf(portal, params.type), to: typeOf(portal, params.to) };
}

function end(state: TypeState, id: unknown): End {
  const record = state.table.get(String(id ?? ""));
  if (!record) throw invalidObjectId(state, String(id ?? ""));
  return { state, record };
}

function list(call: Call): Answer {
  // In v4 and 2026-03; the 2026-09 reference no longer has it.
  if (call.generation === "2026-09") throw notFound("The requested path does not exist");
  const { from, to } = ends(call);
  const record = from.table.get(call.params.id ?? "");
  if (!record) throw notFound();
  const limit = Math.min(500, Number(call.query.get("limit") ?? 500));
  const after = Number(call.query.get("after") ?? 0);
  const all = linksOf(record, to);
  const results = all.slice(after, after + limit).map((one) => viewLink(call, one));
  const next = after + results.length;
  return {
    status: 200,
    body: { results, ...(next < all.length ? { paging: { next: { after: String(next) } } } : {}) },
  };
}

function viewLink({ portal }: Call, { id, keys }: { id: string; keys: number[] }) {
  const types = keys.map((key) => portal.associationTypes.get(key)).filter((type) => type !== undefined);
  return { toObjectId: id, associationTypes: types.map(toLabelled) };
}

function putDefault(call: Call): Answer {
  const { from, to } = ends(call);
  const type = call.portal.associationTypes.defaultOf(from.type, to.type);
  const [one, other] = [end(from, call.params.id), end(to, call.params.toId)];
  link(call.portal, one, other, type);
  return finish(call, 200, viewDefault(call, one, other, type));
}

// Both directions are named in the answer.
function viewDefault({ portal }: Call, from: End, to: End, type: AssociationDefinition) {
  const spec = (key: number) => ({ associationCategory: "HUBSPOT_DEFINED", associationTypeId: key });
  const inverse = portal.associationTypes.get(type.inverse) as AssociationDefinition;
  return [
    { from: { id: from.record.id }, to: { id: to.record.id }, associationSpec: spec(type.key) },
    { from: { id: to.record.id }, to: { id: from.record.id }, associationSpec: spec(inverse.key) },
  ];
}

function putLabelled(call: Call): Answer {
  const { from, to } = ends(call);
  if (!Array.isArray(call.body) || call.body.length === 0)
    throw invalid("The body must be a list of association types");
  const types = call.body.map((spec) => call.portal.associationTypes.read(spec, from.type, to.type));
  return { status: 201, body: join(call, end(from, call.params.id), end(to, call.params.toId), types) };
}

function join({ portal }: Call, from: End, to: End, types: AssociationDefinition[]) {
  for (const type of types) link(portal, from, to, type);
  return {
    fromObjectTypeId: from.state.type.id,
    fromObjectId: from.record.id,
    toObjectTypeId: to.state.type.id,
    toObjectId: to.record.id,
    labels: types.flatMap(({ label }) => (label === null ? [] : [label])),
  };
}

function removeAll(call: Call): Answer {
  const { from, to } = ends(call);
  const one = from.table.get(call.params.id ?? "");
  const other = to.table.get(call.params.toId ?? "");
  if (one && other) unlink(call.portal, { state: from, record: one }, { state: to, record: other });
  return { status: 204 };
}

function readBatch(call: Call): Answer {
  const { from, to } = ends(call);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const { id } of readInputs<{ id: string }>(call.body, 1_000)) {
    const record = from.table.get(String(id));
    const links = record ? linksOf(record, to) : [];
    if (links.length > 0) results.push({ from: { id: String(id) }, to: links.map((one) => viewLink(call, one)) });
    else errors.push(toBatchError(noLinks(from, to, String(id))));
  }
  return finish(call, errors.length > 0 ? 207 : 200, results, errors);
}

function noLinks(from: TypeState, to: TypeState, id: string): HubSpotError {
  return new HubSpotError(404, `No ${to.type.singular} is associated with ${from.type.singular} ${id}.`, {
    category: "OBJECT_NOT_FOUND",
    subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
    context: { fromObjectId: [id], fromObjectType: [from.type.id], toObjectType: [to.type.id] },
  });
}

function eachPair(call: Call, status: number, act: (pair: Pair, from: TypeState, to: TypeState) => unknown[]): Answer {
  const { from, to } = ends(call);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const pair of readInputs<Pair>(call.body, 2_000)) {
    try {
      results.push(...act(pair, from, to));
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      errors.push(toBatchError(error));
    }
  }
  return finish(call, errors.length > 0 ? 207 : status, results, errors);
}

function createBatch(call: Call): Answer {
  return eachPair(call, 201, ({ from, to, types = [] }, fromState, toState) => {
    if (types.length === 0) throw invalid("An association needs 'types'");
    const kinds = types.map((spec) => call.portal.associationTypes.read(spec, fromState.type, toState.type));
    return [join(call, end(fromState, from?.id), end(toState, to?.id), kinds)];
  });
}

function defaultBatch(call: Call): Answer {
  return eachPair(call, 200, ({ from, to }, fromState, toState) => {
    const type = call.portal.associationTypes.defaultOf(fromState.type, toState.type);
    const [one, other] = [end(fromState, from?.id), end(toState, to?.id)];
    link(call.portal, one, other, type);
    return viewDefault(call, one, other, type);
  });
}

function archiveBatch(call: Call): Answer {
  const { from, to } = ends(call);
  for (const input of readInputs<{ from: { id: string }; to: Array<{ id: string }> }>(call.body, 100)) {
    const record = from.table.get(String(input.from?.id));
    for (const { id } of input.to ?? []) {
      const other = to.table.get(String(id));
      if (record && other) unlink(call.portal, { state: from, record }, { state: to, record: other });
    }
  }
  return { status: 204 };
}

function archiveLabels(call: Call): Answer {
  const { from, to } = ends(call);
  for (const pair of readInputs<Pair>(call.body, 100)) {
    const types = (pair.types ?? []).map((spec) => call.portal.associationTypes.read(spec, from.type, to.type));
    const [record, other] = [from.table.get(String(pair.from?.id)), to.table.get(String(pair.to?.id))];
    if (record && other) unlink(call.portal, { state: from, record }, { state: to, record: other }, types);
  }
  return { status: 204 };
}

function listLabels(call: Call): Answer {
  const { from, to } = ends(call);
  return {
    status: 200,
    body: { results: call.portal.associationTypes.between(from.type.id, to.type.id).map(toLabelled) },
  };
}

function addLabel(call: Call): Answer {
  const { from, to } = ends(call);
  const { name, label } = (call.body ?? {}) as { name?: string; label?: string };
  if (!name || !label) throw invalid("An association label needs 'name' and 'label'");
  return {
    status: 200,
    body: { results: call.portal.associationTypes.addLabel(from.type, to.type, name, label).map(toLabelled) },
  };
}

function listTypes(call: Call): Answer {
  const { from, to } = ends(call);
  const results = call.portal.associationTypes
    .between(from.type.id, to.type.id)
    .map(({ key, name }) => ({ id: String(Math.abs(key)), name }));
  return { status: 200, body: { results } };
}
