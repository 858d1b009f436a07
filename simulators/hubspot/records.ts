import type { AssociationDefinition } from "./associations.ts";
import { HubSpotError, invalid, invalidProperties, type PropertyProblem } from "./errors.ts";
import { type End, link } from "./links.ts";
import { searchablePhone } from "./phone.ts";
import type { Portal, PortalEvent, TypeState } from "./portal.ts";
import { type Properties, prepareValues } from "./properties.ts";
import type { CrmRecord } from "./table.ts";

export type Source = PortalEvent["changeSource"];

/** A create that passed every check and only needs to be stored. */
export interface CheckedCreate {
  values: Properties;
  links: Array<{ to: End; type: AssociationDefinition }>;
}

/** Throws what HubSpot would answer. `claimed` holds unique values taken by earlier inputs of the same batch. */
export function checkCreate(portal: Portal, state: TypeState, input: unknown, claimed?: Set<string>): CheckedCreate {
  const { properties, associations } = readInput(input);
  const { values, problems } = prepareValues(state.definitions, properties);
  problems.push(...accountProblems(portal, state, values));
  if (problems.length > 0) throw invalidProperties(problems);
  if (state.type.name === "deals" && values.dealstage && !values.pipeline) values.pipeline = "default";
  checkRequired(state, values);
  checkUnique(portal, state, values, undefined, claimed);
  const links = associations.flatMap((association) => readAssociation(portal, state, association));
  return { values, links };
}

export function commitCreate(
  portal: Portal,
  state: TypeState,
  { values, links }: CheckedCreate,
  source: Source,
): CrmRecord {
  const { type, table } = state;
  const now = portal.clock.now();
  const id = portal.nextId();
  const at = new Date(now).toISOString();
  const properties: Properties = {
    ...values,
    hs_object_id: id,
    [type.createdProperty]: at,
    [type.modifiedProperty]: at,
  };
  properties.hs_object_source = source === "CRM_UI" ? "CRM_UI" : "INTEGRATION";
  properties.hs_object_source_label = properties.hs_object_source;
  computeProperties(portal, state, properties);
  const record: CrmRecord = {
    id,
    properties,
    createdAt: now,
    updatedAt: now,
    archivedAt: undefined,
    links: undefined,
    history: undefined,
  };
  table.insert(record);
  for (const { to, type: kind } of links) link(portal, { state, record }, to, kind);
  if (portal.hasListeners()) {
    emit(portal, state, record, { kind: "creation", changeSource: source });
    emitChanges(portal, state, record, values, source);
  }
  return record;
}

/** The values to store; throws what HubSpot would answer. */
export function checkUpdate(
  portal: Portal,
  state: TypeState,
  record: CrmRecord,
  input: unknown,
  claimed?: Set<string>,
): Properties {
  const { properties } = readInput(input);
  const { values, problems } = prepareValues(state.definitions, properties, record.properties);
  problems.push(...accountProblems(portal, state, values));
  if (problems.length > 0) throw invalidProperties(problems);
  checkUnique(portal, state, values, record, claimed);
  return values;
}

export function commitUpdate(
  portal: Portal,
  state: TypeState,
  record: CrmRecord,
  values: Properties,
  source: Source,
): CrmRecord {
  const now = portal.clock.now();
  const before = record.properties;
  const properties = { ...before, ...values };
  computeProperties(portal, state, properties);
  for (const [name, value] of Object.entries(values)) {
    if (before[name] === value) continue;
    record.history ??= new Map();
    const past =
      record.history.get(name) ??
      (before[name] ? [{ value: before[name], timestamp: record.createdAt, sourceType: "INTEGRATION" }] : []);
    record.history.set(name, [{ value: value ?? "", timestamp: now, sourceType: source }, ...past].slice(0, 20));
  }
  state.table.update(record, properties, now);
  if (portal.hasListeners()) {
    emitChanges(
      portal,
      state,
      record,
      Object.fromEntries(Object.entries(values).filter(([name, value]) => before[name] !== value)),
      source,
    );
  }
  return record;
}

export function archiveRecord(portal: Portal, state: TypeState, record: CrmRecord, source: Source): void {
  state.table.archive(record, portal.clock.now());
  if (portal.hasListeners()) emit(portal, state, record, { kind: "deletion", changeSource: source });
}

export function emit(
  portal: Portal,
  state: TypeState,
  record: CrmRecord,
  event: Pick<PortalEvent, "kind" | "changeSource"> & Partial<PortalEvent>,
): void {
  portal.emit({ noun: state.type.singular, objectTypeId: state.type.id, objectId: Number(record.id), ...event });
}

function emitChanges(
  portal: Portal,
  state: TypeState,
  record: CrmRecord,
  values: Properties,
  changeSource: Source,
): void {
  for (const [propertyName, value] of Object.entries(values)) {
    emit(portal, state, record, { kind: "propertyChange", changeSource, propertyName, propertyValue: value ?? "" });
  }
}

function readInput(input: unknown): { properties: Record<string, unknown>; associations: unknown[] } {
  const { properties, associations = [] } = (input ?? {}) as { properties?: unknown; associations?: unknown };
  if (properties === null || typeof properties !== "object" || Array.isArray(properties)) {
    throw invalid("Invalid input JSON: 'properties' must be an object of names and values");
  }
  if (associations !== null && !Array.isArray(associations))
    throw invalid("Invalid input JSON: 'associations' must be a list");
  return { properties: properties as Record<string, unknown>, associations: associations ?? [] };
}

function readAssociation(portal: Portal, from: TypeState, association: unknown) {
  const { to, types } = (association ?? {}) as { to?: { id?: unknown }; types?: unknown[] };
  if (!Array.isArray(types) || types.length === 0) throw invalid("Invalid input JSON: an association needs 'types'");
  return types.map((spec) => {
    const type = portal.associationTypes.read(spec, from.type);
    const state = portal.type(type.to) as TypeState;
    const id = String(to?.id ?? "");
    const record = state.table.get(id);
    if (!record) throw invalidObjectId(state, id);
    return { to: { state, record }, type };
  });
}

/** What associating with a record that is not there answers. */
export function invalidObjectId(state: TypeState, id: string): HubSpotError {
  const named = `${state.type.singular.toUpperCase()}=${id}`;
  return new HubSpotError(400, `${named} is not valid`, {
    category: "VALIDATION_ERROR",
    subCategory: "crm.associations.INVALID_OBJECT_IDS",
    context: { INVALID_OBJECT_IDS: [named] },
  });
}

const requiredOneOf: Record<string, string[][]> = {
  contacts: [["email", "firstname", "lastname"]],
  companies: [["name", "domain"]],
  deals: [["dealname"], ["dealstage"]],
};

function checkRequired({ type }: TypeState, values: Properties): void {
  for (const names of requiredOneOf[type.name] ?? [["hs_timestamp"]]) {
    if (names.some((name) => values[name])) continue;
    throw invalid(`Error creating ${type.singular.toUpperCase()}. Some required properties were not set.`, [
      {
        message: `One of these must be set: ${names.join(", ")}`,
        code: "REQUIRED_PROPERTY",
        context: { properties: names },
      },
    ]);
  }
}

// Values that are right in form, but name an owner, pipeline or stage that this account does not have.
function accountProblems(portal: Portal, state: TypeState, values: Properties): PropertyProblem[] {
  const problems: PropertyProblem[] = [];
  const ownerId = values.hubspot_owner_id;
  if (ownerId && !portal.owners.some(({ id }) => id === ownerId)) {
    problems.push({ name: "hubspot_owner_id", code: "INVALID_OWNER_ID", message: `Owner ${ownerId} does not exist` });
  }
  if (state.type.name !== "deals") return problems;
  const pipelines = portal.pipelines.get(state.type.id) ?? [];
  const { pipeline, dealstage } = values;
  const chosen = pipeline ? pipelines.filter(({ id }) => id === pipeline) : pipelines;
  if (pipeline && chosen.length === 0) {
    problems.push({
      name: "pipeline",
      code: "INVALID_OPTION",
      message: `${pipeline} was not one of the allowed options`,
    });
  } else if (dealstage && !chosen.some(({ stages }) => stages.some(({ id }) => id === dealstage))) {
    problems.push({
      name: "dealstage",
      code: "INVALID_OPTION",
      message: `${dealstage} was not one of the allowed options`,
    });
  }
  return problems;
}

function checkUnique(
  portal: Portal,
  state: TypeState,
  values: Properties,
  record: CrmRecord | undefined,
  claimed?: Set<string>,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (!value || !state.definitions.get(name)?.hasUniqueValue) continue;
    const holder = state.table.findUnique(name, value);
    const claim = `${name}\n${value.toLowerCase()}`;
    const isClaimed = claimed?.has(claim) ?? false;
    claimed?.add(claim);
    if (holder === record && !isClaimed) continue;
    if (!holder && !isClaimed) continue;
    const noun = state.type.singular;
    if (!record && name === "email") {
      const id = holder?.id ?? "in this batch";
      throw new HubSpotError(409, `${noun[0]?.toUpperCase()}${noun.slice(1)} already exists. Existing ID: ${id}`, {
        category: "CONFLICT",
      });
    }
    const coordinates = `PropertyValueCoordinates{portalId=${portal.id}, objectTypeId=${state.type.id}, propertyName=${name}, value=${value}}`;
    const message = `Cannot set ${coordinates} on ${record?.id ?? "a new record"}. ${holder?.id ?? "Another input"} already has that value.`;
    throw invalidProperties([{ name, code: "CONFLICTING_UNIQUE_VALUE", message }]);
  }
}

function computeProperties(portal: Portal, { type }: TypeState, properties: Properties): void {
  if (type.name === "contacts") {
    const { email, firstname, lastname, phone, mobilephone } = properties;
    properties.hs_full_name_or_email = [firstname, lastname].filter(Boolean).join(" ") || (email ?? null);
    if (email) properties.hs_email_domain = email.slice(email.indexOf("@") + 1);
    setPhone(properties, "phone", phone);
    setPhone(properties, "mobile", mobilephone);
  } else if (type.name === "companies") {
    properties.hs_searchable_calculated_phone_number = searchablePhone(properties.phone);
  } else if (type.name === "deals") {
    const stages = portal.pipelines.get(type.id)?.flatMap((pipeline) => pipeline.stages) ?? [];
    const { isClosed, probability } = stages.find(({ id }) => id === properties.dealstage)?.metadata ?? {};
    const isWon = isClosed === "true" && Number(probability) === 1;
    properties.hs_is_closed = isClosed ?? "false";
    properties.hs_is_closed_won = String(isWon);
    properties.hs_is_closed_lost = String(isClosed === "true" && !isWon);
    properties.hs_deal_stage_probability = probability ?? null;
  }
}

// Documented for the searchable ones: no country code. That it also holds for the "international" ones is unconfirmed.
function setPhone(properties: Properties, kind: "phone" | "mobile", typed: string | null | undefined): void {
  const known = properties[`hs_searchable_calculated_${kind}_number`];
  if (!typed && known === undefined) return;
  const searchable = searchablePhone(typed);
  properties[`hs_searchable_calculated_${kind}_number`] = searchable;
  properties[`hs_searchable_calculated_international_${kind}_number`] = searchable;
}
