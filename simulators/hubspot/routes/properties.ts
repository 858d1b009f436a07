import type { Answer } from "#simulators/kit";
import type { Call, Routes } from "../api.ts";
import { HubSpotError, invalid, notFound, toBatchError } from "../errors.ts";
import { typeOf } from "../lookup.ts";
import type { TypeState } from "../portal.ts";
import type { PropertyDefinition, PropertyOption } from "../properties.ts";
import { schemaScopes } from "../scopes.ts";
import { finish, readInputs } from "./batch.ts";

const reads = ({ type }: Record<string, string>) => schemaScopes(type, "read");
const writes = ({ type }: Record<string, string>) => schemaScopes(type, "write");

export const propertyRoutes: Routes = (add) => {
  add("GET", "/crm/properties/:type", { handle: list, scopes: reads });
  add("POST", "/crm/properties/:type", { handle: create, scopes: writes });
  add("GET", "/crm/properties/:type/groups", { handle: listGroups, scopes: reads });
  add("POST", "/crm/properties/:type/groups", { handle: createGroup, scopes: writes });
  add("GET", "/crm/properties/:type/groups/:group", { handle: readGroup, scopes: reads });
  add("POST", "/crm/properties/:type/batch/read", { handle: readBatch, scopes: reads });
  add("POST", "/crm/properties/:type/batch/create", { handle: createBatch, scopes: writes });
  add("POST", "/crm/properties/:type/batch/archive", { handle: archiveBatch, scopes: writes });
  add("GET", "/crm/properties/:type/:name", { handle: read, scopes: reads });
  add("PATCH", "/crm/properties/:type/:name", { handle: update, scopes: writes });
  add("DELETE", "/crm/properties/:type/:name", { handle: archive, scopes: writes });
};

function list({ portal, params, query }: Call): Answer {
  const state = typeOf(portal, params.type);
  const from = query.get("archived") === "true" ? state.archivedDefinitions : state.definitions;
  return { status: 200, body: { results: [...from.values()].map((one) => view({ portal }, state, one)) } };
}

function read({ portal, params }: Call): Answer {
  const state = typeOf(portal, params.type);
  return { status: 200, body: view({ portal }, state, require(state, params.name)) };
}

function require(state: TypeState, name: string | undefined): PropertyDefinition {
  const found = state.definitions.get(name ?? "");
  if (!found) throw notFound(`Property '${name}' does not exist on ${state.type.id}`);
  return found;
}

// Stages and pipelines are the account's own, so these two options are filled in when asked for.
function view({ portal }: Pick<Call, "portal">, state: TypeState, definition: PropertyDefinition): PropertyDefinition {
  const pipelines = portal.pipelines.get(state.type.id);
  const source = !pipelines
    ? undefined
    : definition.name === "pipeline"
      ? pipelines
      : definition.name === "dealstage"
        ? pipelines.flatMap(({ stages }) => stages)
        : undefined;
  if (!source) return definition;
  const options = source.map(({ id, label }, displayOrder) => ({ value: id, label, displayOrder, hidden: false }));
  return { ...definition, options, externalOptions: false };
}

function create(call: Call): Answer {
  const state = typeOf(call.portal, call.params.type);
  return { status: 201, body: define(call, state, call.body) };
}

const fieldTypes: Record<string, string[]> = {
  string: ["text", "textarea", "html", "phonenumber", "file", "calculation_equation"],
  number: ["number", "calculation_equation"],
  bool: ["booleancheckbox", "calculation_equation"],
  date: ["date"],
  datetime: ["date"],
  enumeration: ["select", "radio", "checkbox", "booleancheckbox", "calculation_equation"],
};

function define({ world, caller }: Call, state: TypeState, body: unknown): PropertyDefinition {
  const input = (body ?? {}) as Record<string, unknown>;
  const { name, label, type, fieldType, groupName } = input as Record<string, string>;
  for (const field of ["name", "label", "type", "fieldType", "groupName"]) {
    if (typeof input[field] !== "string" || input[field] === "")
      throw invalid(`Invalid input JSON: '${field}' is required`);
  }
  if (!/^[a-z][a-z0-9_]*$/.test(name ?? "")) {
    throw invalid(
      `Property name '${name}' must start with a letter and hold only lower-case letters, digits and underscores`,
    );
  }
  if (name?.startsWith("hs_")) throw invalid(`Property name '${name}' must not start with hs_`);
  if (!fieldTypes[type ?? ""]?.includes(fieldType ?? ""))
    throw invalid(`fieldType '${fieldType}' does not fit type '${type}'`);
  if (!state.groups.has(groupName ?? "")) throw invalid(`Property group '${groupName}' does not exist`);
  if (state.definitions.has(name ?? "")) {
    throw new HubSpotError(409, `A property named '${name}' already exists.`, { category: "OBJECT_ALREADY_EXISTS" });
  }
  const custom = [...state.definitions.values()].filter(({ hubspotDefined }) => !hubspotDefined);
  if (custom.length >= 1_000) throw invalid("This object already has 1,000 custom properties");
  const hasUniqueValue = input.hasUniqueValue === true;
  if (hasUniqueValue && custom.filter((one) => one.hasUniqueValue).length >= 10)
    throw invalid("This object already has 10 unique properties");
  const at = new Date(world.clock.now()).toISOString();
  const definition: PropertyDefinition = {
    name: name as string,
    label: label as string,
    description: String(input.description ?? ""),
    type: type as string,
    fieldType: fieldType as string,
    groupName: groupName as string,
    displayOrder: Number(input.displayOrder ?? -1),
    options: readOptions(input.options),
    externalOptions: false,
    hasUniqueValue,
    calculated: false,
    hidden: input.hidden === true,
    formField: input.formField === true,
    hubspotDefined: false,
    archived: false,
    createdAt: at,
    updatedAt: at,
    modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyValue: false },
    ...(caller.userId === undefined ? {} : { createdUserId: caller.userId, updatedUserId: caller.userId }),
  };
  state.definitions.set(definition.name, definition);
  if (hasUniqueValue) state.table.addUnique(definition.name);
  return definition;
}

function readOptions(options: unknown): PropertyOption[] {
  if (!Array.isArray(options)) return [];
  return options.map((option: Partial<PropertyOption>, displayOrder) => {
    if (!option.label || option.value === undefined) throw invalid("An option needs 'label' and 'value'");
    return {
      displayOrder,
      description: "",
      ...option,
      label: option.label,
      value: option.value,
      hidden: option.hidden ?? false,
    };
  });
}

function update({ portal, params, body, world }: Call): Answer {
  const state = typeOf(portal, params.type);
  const definition = require(state, params.name);
  if (definition.modificationMetadata.readOnlyDefinition)
    throw invalid(`Property '${definition.name}' cannot be changed`);
  const { hasUniqueValue, name, ...changes } = (body ?? {}) as Partial<PropertyDefinition>;
  if (hasUniqueValue !== undefined || name !== undefined)
    throw invalid("'name' and 'hasUniqueValue' can only be set when a property is created");
  const options = changes.options === undefined ? definition.options : readOptions(changes.options);
  Object.assign(definition, changes, { options, updatedAt: new Date(world.clock.now()).toISOString() });
  return { status: 200, body: definition };
}

function archive({ portal, params, world }: Call): Answer {
  const state = typeOf(portal, params.type);
  retire(state, require(state, params.name), world.clock.now());
  return { status: 204 };
}

function retire(state: TypeState, definition: PropertyDefinition, now: number): void {
  if (definition.hubspotDefined)
    throw invalid(`Property '${definition.name}' is defined by HubSpot and cannot be archived`);
  state.definitions.delete(definition.name);
  state.archivedDefinitions.set(definition.name, {
    ...definition,
    archived: true,
    updatedAt: new Date(now).toISOString(),
  });
}

function readBatch(call: Call): Answer {
  const state = typeOf(call.portal, call.params.type);
  const names = readInputs<{ name: string }>(call.body).map(({ name }) => name);
  const missing = names.filter((name) => !state.definitions.has(name));
  const results = names
    .filter((name) => state.definitions.has(name))
    .map((name) => view(call, state, require(state, name)));
  if (missing.length === 0) return finish(call, 200, results);
  return finish(call, 207, results, [
    toBatchError(
      new HubSpotError(404, "Some properties do not exist", {
        category: "OBJECT_NOT_FOUND",
        context: { name: missing },
      }),
    ),
  ]);
}

function createBatch(call: Call): Answer {
  const state = typeOf(call.portal, call.params.type);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of readInputs(call.body)) {
    try {
      results.push(define(call, state, input));
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      errors.push(toBatchError(error));
    }
  }
  return finish(call, errors.length > 0 ? 207 : 201, results, errors);
}

function archiveBatch(call: Call): Answer {
  const state = typeOf(call.portal, call.params.type);
  for (const { name } of readInputs<{ name: string }>(call.body)) {
    const definition = state.definitions.get(name);
    if (definition) retire(state, definition, call.world.clock.now());
  }
  return { status: 204 };
}

function listGroups({ portal, params }: Call): Answer {
  return { status: 200, body: { results: [...typeOf(portal, params.type).groups.values()] } };
}

function readGroup({ portal, params }: Call): Answer {
  const group = typeOf(portal, params.type).groups.get(params.group ?? "");
  if (!group) throw notFound(`Property group '${params.group}' does not exist`);
  return { status: 200, body: group };
}

function createGroup({ portal, params, body }: Call): Answer {
  const state = typeOf(portal, params.type);
  const { name, label, displayOrder = -1 } = (body ?? {}) as { name?: string; label?: string; displayOrder?: number };
  if (!name || !label) throw invalid("A property group needs 'name' and 'label'");
  if (state.groups.has(name))
    throw new HubSpotError(409, `A property group named '${name}' already exists.`, {
      category: "OBJECT_ALREADY_EXISTS",
    });
  const group = { name, label, displayOrder, archived: false };
  state.groups.set(name, group);
  return { status: 201, body: group };
}
