import type { Answer } from "#simulators/kit";
import type { Call, Routes } from "../api.ts";
import { HubSpotError, invalid, toBatchError } from "../errors.ts";
import { findRecord, typeOf } from "../lookup.ts";
import type { Portal, TypeState } from "../portal.ts";
import { archiveRecord, checkCreate, checkUpdate, commitCreate, commitUpdate } from "../records.ts";
import { objectScopes } from "../scopes.ts";
import type { CrmRecord } from "../table.ts";
import { viewHistory, viewRecord, viewWritten } from "../view.ts";

const reads = ({ type }: Record<string, string>) => objectScopes(type, "read");
const writes = ({ type }: Record<string, string>) => objectScopes(type, "write");

export const batchRoutes: Routes = (add) => {
  add("POST", "/crm/objects/:type/batch/read", { handle: readBatch, scopes: reads });
  add("POST", "/crm/objects/:type/batch/create", { handle: createBatch, scopes: writes });
  add("POST", "/crm/objects/:type/batch/update", { handle: updateBatch, scopes: writes });
  add("POST", "/crm/objects/:type/batch/upsert", { handle: upsertBatch, scopes: writes });
  add("POST", "/crm/objects/:type/batch/archive", { handle: archiveBatch, scopes: writes });
};

interface Input {
  id?: string;
  idProperty?: string;
  objectWriteTraceId?: string;
  properties?: Record<string, unknown>;
}

function readBatch(call: Call): Answer {
  const { portal, params, body } = call;
  const state = typeOf(portal, params.type);
  const inputs = readInputs(body);
  const {
    properties,
    propertiesWithHistory = [],
    idProperty,
  } = body as { properties?: string[]; propertiesWithHistory?: string[]; idProperty?: string };
  const wantsArchived = call.query.get("archived") === "true";
  const results: unknown[] = [];
  const missing: string[] = [];
  const seen = new Set<CrmRecord>();
  for (const { id = "" } of inputs) {
    const record = wantsArchived ? state.table.getArchived(String(id)) : findRecord(state, String(id), idProperty);
    if (!record) missing.push(String(id));
    else if (!seen.has(record)) {
      seen.add(record);
      const view = viewRecord(portal, state, record, properties?.length ? properties : undefined);
      results.push(
        propertiesWithHistory.length > 0
          ? { ...view, propertiesWithHistory: viewHistory(record, propertiesWithHistory) }
          : view,
      );
    }
  }
  if (missing.length === 0) return finish(call, 200, results);
  const noun = state.type.singular.toUpperCase();
  const error = new HubSpotError(
    404,
    `Could not get some ${noun} objects, they may be deleted or not exist. Check that ids are valid.`,
    {
      category: "OBJECT_NOT_FOUND",
      context: { ids: missing },
    },
  );
  return finish(call, 207, results, [toBatchError(error)]);
}

// Partial success only when every input can be told apart by its trace id; otherwise all or nothing.
function createBatch(call: Call): Answer {
  const { portal, params, body } = call;
  const state = typeOf(portal, params.type);
  const inputs = readInputs(body);
  const claimed = new Set<string>();
  if (inputs.every(({ objectWriteTraceId }) => objectWriteTraceId !== undefined)) {
    return eachInput(call, 201, inputs, (input) =>
      viewWritten(portal, state, createOne(portal, state, input, claimed), input.objectWriteTraceId),
    );
  }
  const checked = inputs.map((input) => checkCreate(portal, state, input, claimed));
  const results = checked.map((one, index) =>
    viewWritten(portal, state, commitCreate(portal, state, one, "INTEGRATION"), inputs[index]?.objectWriteTraceId),
  );
  return finish(call, 201, results);
}

function createOne(portal: Portal, state: TypeState, input: Input, claimed: Set<string>): CrmRecord {
  return commitCreate(portal, state, checkCreate(portal, state, input, claimed), "INTEGRATION");
}

function updateBatch(call: Call): Answer {
  const { portal, params, body } = call;
  const state = typeOf(portal, params.type);
  const inputs = readInputs(body);
  refuseRepeats(inputs);
  const claimed = new Set<string>();
  return eachInput(call, 200, inputs, (input) => {
    const record = findRecord(state, String(input.id ?? ""), input.idProperty);
    if (!record) throw missingObject(state, input);
    commitUpdate(portal, state, record, checkUpdate(portal, state, record, input, claimed), "INTEGRATION");
    return viewWritten(portal, state, record, input.objectWriteTraceId);
  });
}

function upsertBatch(call: Call): Answer {
  const { portal, params, body } = call;
  const state = typeOf(portal, params.type);
  const inputs = readInputs(body);
  refuseRepeats(inputs);
  for (const { idProperty } of inputs) {
    // Throws for a property that is not unique, such as a company's domain.
    if (idProperty !== undefined) findRecord(state, "", idProperty);
  }
  const claimed = new Set<string>();
  return eachInput(call, 200, inputs, (input) => {
    const { id = "", idProperty, objectWriteTraceId } = input;
    const found = findRecord(state, String(id), idProperty);
    if (found) {
      commitUpdate(portal, state, found, checkUpdate(portal, state, found, input, claimed), "INTEGRATION");
      return { ...viewWritten(portal, state, found, objectWriteTraceId), new: false };
    }
    if (idProperty === undefined || idProperty === "hs_object_id") throw missingObject(state, input);
    const properties = { [idProperty]: id, ...input.properties };
    return {
      ...viewWritten(portal, state, createOne(portal, state, { properties }, claimed), objectWriteTraceId),
      new: true,
    };
  });
}

function archiveBatch(call: Call): Answer {
  const state = typeOf(call.portal, call.params.type);
  for (const { id } of readInputs(call.body)) {
    const record = state.table.get(String(id));
    if (record) archiveRecord(call.portal, state, record, "INTEGRATION");
  }
  return { status: 204 };
}

function eachInput(call: Call, status: number, inputs: Input[], act: (input: Input) => unknown): Answer {
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputs) {
    try {
      results.push(act(input));
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      errors.push(toBatchError(error, input.objectWriteTraceId));
    }
  }
  return finish(call, errors.length > 0 ? 207 : status, results, errors);
}

export function readInputs<I = Input>(body: unknown, max = 100): I[] {
  const { inputs } = (body ?? {}) as { inputs?: unknown };
  if (!Array.isArray(inputs)) throw invalid("Invalid input JSON: 'inputs' must be a list");
  if (inputs.length === 0) throw invalid("The batch is empty: 'inputs' needs at least one entry");
  if (inputs.length > max) throw invalid(`The batch is too large: ${inputs.length} inputs, at most ${max} are allowed`);
  return inputs as I[];
}

function refuseRepeats(inputs: Input[]): void {
  const ids = inputs.map(({ id }) => String(id).toLowerCase());
  const repeated = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  if (repeated.length === 0) return;
  throw invalid(
    `Duplicate IDs found in batch input: [${repeated.join(", ")}]. Please ensure inputs do not contain duplicates`,
  );
}

function missingObject(state: TypeState, { id }: Input): HubSpotError {
  const noun = state.type.singular.toUpperCase();
  return new HubSpotError(
    404,
    `Could not get some ${noun} objects, they may be deleted or not exist. Check that ids are valid.`,
    {
      category: "OBJECT_NOT_FOUND",
      context: { ids: [String(id)] },
    },
  );
}

/** The frame around every batch answer. */
export function finish({ world }: Call, status: number, results: unknown[], errors: unknown[] = []): Answer {
  const at = new Date(world.clock.now()).toISOString();
  const failed = errors.length > 0 ? { numErrors: errors.length, errors } : {};
  return { status, body: { status: "COMPLETE", results, startedAt: at, completedAt: at, ...failed } };
}
