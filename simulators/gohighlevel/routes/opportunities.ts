import {
  type Call,
  locationOf,
  namedLocation,
  parameter,
  type Routes,
  type Rule,
  readBody,
  readCount,
} from "../api.ts";
import { findContact, nameOf, readCustom } from "../contacts.ts";
import { bad, missing } from "../errors.ts";
import { iso, type Location, type Row, type Values } from "../location.ts";
import { passes, searchPage } from "../search.ts";

const read = "opportunities.readonly";
const write = "opportunities.write";
const statuses = ["open", "won", "lost", "abandoned"];
const rules: Record<string, Rule> = {
  ...{ pipelineId: "string", name: "string", pipelineStageId: "string", status: statuses, monetaryValue: "number" },
  ...{
    assignedTo: "string",
    customFields: "array",
    forecastExpectedCloseDate: "string",
    forecastProbability: "number",
  },
};

export const opportunityRoutes: Routes = (add) => {
  add("GET", "/opportunities/pipelines", { scope: read, handle: pipelines });
  add("GET", "/opportunities/search", { scope: read, handle: list });
  add("POST", "/opportunities/search", { scope: read, handle: search });
  add("POST", "/opportunities", { scope: write, handle: create });
  add("POST", "/opportunities/upsert", { scope: write, handle: upsert });
  add("GET", "/opportunities/:id", { scope: read, handle: (call) => answer(call, find(call)) });
  add("PUT", "/opportunities/:id", {
    scope: write,
    handle: (call) => answer(call, save(call, readBody(call, rules), find(call))),
  });
  add("PUT", "/opportunities/:id/status", { scope: write, handle: setStatus });
  add("DELETE", "/opportunities/:id", { scope: write, handle: remove });
};

function answer(call: Call, row: Row, status = 200) {
  return { status, body: { opportunity: viewOpportunity(locationOf(call), row), traceId: call.traceId } };
}

function done(isV3: boolean) {
  return { status: 200, body: isV3 ? { success: true } : { succeded: true } };
}

function find(call: Call): Row {
  const row = locationOf(call).tables.opportunities.get(call.params.id ?? "");
  if (!row) throw missing("Opportunity", call.params.id ?? "");
  return row;
}

function pipelines(call: Call) {
  const location = namedLocation(call, call.query.get("locationId"));
  const shown = location.pipelines.map((pipeline) => ({
    ...pipeline,
    ...{ showInFunnel: true, showInPieChart: true, locationId: location.id },
  }));
  return { status: 200, body: { pipelines: shown, traceId: call.traceId } };
}

function create(call: Call) {
  const needed = ["pipelineId", "locationId", "name", "status", "contactId"];
  const { locationId, ...body } = readBody(call, { ...rules, locationId: "string", contactId: "string" }, needed);
  namedLocation(call, locationId);
  return answer(call, save(call, body), 201);
}

// One contact has one opportunity in a pipeline: that is what is looked for.
function upsert(call: Call) {
  const followers = {
    followers: "array",
    isRemoveAllFollowers: "boolean",
    followersActionType: ["add", "remove"],
  } as const;
  const all = {
    ...rules,
    ...followers,
    id: "string",
    locationId: "string",
    contactId: "string",
    lostReasonId: "string",
  } as const;
  const {
    locationId,
    id,
    followers: _a,
    isRemoveAllFollowers: _b,
    followersActionType: _c,
    ...body
  } = readBody(call, all, [...["pipelineId", "locationId"]]);
  const location = namedLocation(call, locationId);
  const found = [...location.tables.opportunities.values()].find((row) =>
    id === undefined
      ? row.values.contactId === body.contactId && row.values.pipelineId === body.pipelineId
      : row.id === id,
  );
  if (id !== undefined && !found) throw missing("Opportunity", String(id));
  const { contactId: _same, ...changes } = body;
  const row = found ? save(call, changes, found) : save(call, { status: "open", ...body });
  return { status: 200, body: { new: !found, opportunity: viewOpportunity(location, row), traceId: call.traceId } };
}

function save(call: Call, body: Values, before?: Row): Row {
  const location = locationOf(call);
  const { customFields, ...given } = body;
  const values: Values = { monetaryValue: 0, customFields: [], ...before?.values, ...given };
  if (!before) findContact(location, String(given.contactId ?? ""));
  const pipeline = location.pipelines.find(({ id }) => id === values.pipelineId);
  if (!pipeline) throw bad("The pipeline id is invalid.");
  if (given.pipelineStageId === undefined && values.pipelineId !== before?.values.pipelineId) {
    values.pipelineStageId = pipeline.stages[0]?.id;
  }
  if (!pipeline.stages.some(({ id }) => id === values.pipelineStageId)) throw bad("The pipeline stage id is invalid.");
  if (given.assignedTo && !location.users.some(({ id }) => id === given.assignedTo)) {
    throw missing("User", String(given.assignedTo));
  }
  if (Array.isArray(customFields)) {
    const read = readCustom(call.world, location, "opportunity", customFields, call.isV3);
    const held = (values.customFields as Values[]).filter(({ id }) => !read.some((one) => one.id === id));
    values.customFields = [...held, ...read];
  }
  const now = iso(location.clock.now());
  if (values.status !== before?.values.status) values.lastStatusChangeAt = now;
  if (values.pipelineStageId !== before?.values.pipelineStageId) values.lastStageChangeAt = now;
  if (!before) {
    const row = location.add("opportunities", values);
    location.emit({ type: "OpportunityCreate", body: viewOpportunity(location, row) });
    return row;
  }
  const old = before.values;
  before.values = values;
  location.touch(before);
  const changed = (name: string) => old[name] !== values[name];
  const told = ["OpportunityUpdate"];
  if (changed("pipelineStageId")) told.push("OpportunityStageUpdate");
  if (changed("status")) told.push("OpportunityStatusUpdate");
  if (changed("assignedTo")) told.push("OpportunityAssignedToUpdate");
  if (changed("monetaryValue")) told.push("OpportunityMonetaryValueUpdate");
  for (const type of told) location.emit({ type, body: viewOpportunity(location, before) });
  return before;
}

function setStatus(call: Call) {
  const body = readBody(call, { status: statuses, lostReasonId: "string" }, ["status"]);
  save(call, body, find(call));
  return done(call.isV3);
}

function remove(call: Call) {
  const row = find(call);
  locationOf(call).tables.opportunities.delete(row.id);
  locationOf(call).emit({ type: "OpportunityDelete", body: viewOpportunity(locationOf(call), row) });
  return done(call.isV3);
}

function list(call: Call) {
  const { query, isV3 } = call;
  const named = (v3: string, legacy: string) => parameter(query, isV3 ? v3 : legacy);
  const location = namedLocation(call, named("locationId", "location_id"));
  const limit = readCount(query.get("limit"), "limit", { usual: 20, max: 100 });
  const status = query.get("status");
  const wanted = {
    pipelineId: named("pipelineId", "pipeline_id"),
    pipelineStageId: named("pipelineStageId", "pipeline_stage_id"),
    contactId: named("contactId", "contact_id"),
    assignedTo: named("assignedTo", "assigned_to"),
    status: status === null || status === "all" ? undefined : status,
  };
  const text = (query.get("q") ?? "").toLowerCase();
  const rows = [...location.tables.opportunities.values()]
    .filter(
      ({ values }) =>
        Object.entries(wanted).every(([name, value]) => value === undefined || values[name] === value) &&
        String(values.name).toLowerCase().includes(text),
    )
    .reverse();
  const after = query.get("startAfterId");
  const start = after === null ? 0 : rows.findIndex(({ id }) => id === after) + 1;
  const shown = rows.slice(start, start + limit);
  const last = shown.at(-1);
  const hasMore = rows.length > start + limit;
  const next = new URLSearchParams(query);
  if (last) next.set("startAfterId", last.id);
  if (last) next.set("startAfter", String(last.addedAt));
  const meta = {
    total: rows.length,
    ...(hasMore && last
      ? {
          startAfter: last.addedAt,
          startAfterId: last.id,
          nextPageUrl: `${call.world.base.url()}/opportunities/search?${next}`,
        }
      : {}),
  };
  return {
    status: 200,
    body: { opportunities: shown.map((row) => viewOpportunity(location, row)), meta, traceId: call.traceId },
  };
}

function search(call: Call) {
  const members = {
    locationId: "string",
    query: "string",
    filters: "array",
    sort: "array",
    page: "number",
    limit: "number",
  } as const;
  const body = readBody(call, { ...members, searchAfter: "array" }, ["locationId"]);
  const location = namedLocation(call, body.locationId);
  const text = String(body.query ?? "").toLowerCase();
  const rows = [...location.tables.opportunities.values()].filter(
    (row) =>
      String(row.values.name).toLowerCase().includes(text) &&
      passes(body.filters, (field) => snake(location, row, field)),
  );
  const page = searchPage(rows, { limit: 20, ...body }, (row, field) => keyOf(location, row, field), 500);
  const opportunities = page.rows.map((row, index) => ({
    ...viewOpportunity(location, row),
    searchAfter: page.marks[index],
  }));
  return { status: 200, body: { opportunities, total: page.total, traceId: call.traceId } };
}

// Filters of this search are written with underscores.
const snakeNames: Record<string, string> = {
  ...{ date_added: "createdAt", date_updated: "updatedAt", last_status_change_date: "lastStatusChangeAt" },
  ...{ pipeline_id: "pipelineId", pipeline_stage_id: "pipelineStageId", contact_id: "contactId" },
  ...{ assigned_to: "assignedTo", dateAdded: "createdAt" },
};

function snake(location: Location, row: Row, field: string): unknown {
  return viewOpportunity(location, row)[snakeNames[field] ?? field];
}

function keyOf(location: Location, row: Row, field: string): number | string {
  const value = snake(location, row, field);
  const instant = /_date$|^date/.test(field) ? Date.parse(String(value)) : Number.NaN;
  return Number.isNaN(instant) ? String(value ?? "") : instant;
}

export function viewOpportunity(location: Location, row: Row): Values {
  const { customFields, ...values } = row.values;
  const contact = location.tables.contacts.get(String(values.contactId));
  const { email, phone, companyName, tags } = contact?.values ?? {};
  return {
    id: row.id,
    locationId: location.id,
    ...values,
    customFields: ((customFields ?? []) as Values[]).map(({ id, value }) => ({ id, fieldValue: value })),
    contact: contact && { id: contact.id, name: nameOf(contact.values), email, phone, companyName, tags },
    createdAt: iso(row.addedAt),
    updatedAt: iso(row.updatedAt),
  };
}
