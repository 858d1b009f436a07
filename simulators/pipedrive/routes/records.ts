import { type Call, ok, type Route, type Routes, readBody } from "../api.ts";
import { type Entity, entities } from "../entities.ts";
import { badParameter, gone, notFound, PipedriveError } from "../errors.ts";
import { pageOf, readChoice, readId, readWords } from "../paging.ts";
import { createRecord, removeRecord, updateRecord } from "../records.ts";
import type { Row, Values } from "../table.ts";
import { readV2Time } from "../times.ts";
import { type ViewOptions, viewRecord } from "../view.ts";

const domains = { persons: "contacts", organizations: "contacts", deals: "deals", activities: "activities" };

/** Persons, organizations, deals and activities: list, read, create, change, delete. */
export const recordRoutes: Routes = (add) => {
  for (const entity of Object.values(entities)) {
    const full = [`${domains[entity.name]}:full`];
    const read = [`${domains[entity.name]}:read`, ...full];
    const route = (cost: number, scopes: string[], handle: Route["handle"]): Route => ({ cost, scopes, handle });
    const path = `/v2/${entity.name}`;
    add(
      "GET",
      path,
      route(10, read, (call) => list(call, entity, false)),
    );
    if (entity.name === "deals")
      add(
        "GET",
        `${path}/archived`,
        route(20, read, (call) => list(call, entity, true)),
      );
    add(
      "GET",
      `${path}/:id`,
      route(1, read, (call) => ok(viewRecord(call.company, entity, find(call, entity), readView(call, entity)))),
    );
    add(
      "POST",
      path,
      route(5, full, (call) => {
        const row = createRecord(call.company, entity, readBody(call), call.author);
        return ok(viewRecord(call.company, entity, row));
      }),
    );
    add(
      "PATCH",
      `${path}/:id`,
      route(5, full, (call) => {
        const row = updateRecord(call.company, entity, findLive(call, entity), readBody(call), call.author);
        return ok(viewRecord(call.company, entity, row));
      }),
    );
    add(
      "DELETE",
      `${path}/:id`,
      route(3, full, (call) => {
        const row = findLive(call, entity);
        removeRecord(call.company, entity, row, call.author);
        return ok({ id: row.id });
      }),
    );
  }
};

/** Deleted records can still be read, and say so, until they are purged. */
function find({ company, params }: Call, entity: Entity): Row {
  if (!/^\d+$/.test(params.id ?? "")) throw badParameter("id", "must be an integer");
  const row = company.tables[entity.name].get(params.id ?? "");
  if (!row) throw notFound(entity.noun);
  return row;
}

export function findLive(call: Call, entity: Entity): Row {
  const row = find(call, entity);
  if (row.deletedAt !== undefined) throw gone(entity.noun);
  return row;
}

function list(call: Call, entity: Entity, archived: boolean) {
  const { company, query } = call;
  if (query.has("filter_id")) throw new PipedriveError(404, "Filter not found");
  const ids = readWords(query, "ids");
  if (ids && ids.length > 100) throw badParameter("ids", "takes at most 100 ids");
  const since = readInstant(query, "updated_since");
  const until = readInstant(query, "updated_until");
  const matches = readFilters(call, entity);
  const isShown = stateFilter(query, entity);
  const rows = company.tables[entity.name]
    .all()
    .filter(
      (row) =>
        isShown(row) &&
        (entity.name !== "deals" || (row.values.is_archived === true) === archived) &&
        (!ids || ids.includes(String(row.id))) &&
        (since === undefined || row.updateTime >= since) &&
        (until === undefined || row.updateTime < until) &&
        matches(row.values),
    );
  const sortBy = ["id", "update_time", "add_time", ...(entity.name === "activities" ? ["due_date"] : [])];
  const { items, nextCursor } = pageOf(rows, query, { sortBy });
  const view = readView(call, entity);
  const data = items.map((row) => viewRecord(company, entity, row, view));
  return ok(data, { additional_data: { next_cursor: nextCursor } });
}

// Deleted records are in no list, but for deals that are asked for by that status.
function stateFilter(query: URLSearchParams, entity: Entity): (row: Row) => boolean {
  const statuses = entity.name === "deals" ? readWords(query, "status") : undefined;
  if (!statuses) return (row) => row.deletedAt === undefined;
  const unknown = statuses.find((status) => !["open", "won", "lost", "deleted"].includes(status));
  if (unknown) throw badParameter("status", `${unknown} is not a status`);
  return ({ deletedAt, values }) => statuses.includes(deletedAt === undefined ? String(values.status) : "deleted");
}

function readFilters({ company, query }: Call, entity: Entity): (values: Values) => boolean {
  const names: Record<string, string[]> = {
    persons: ["owner_id", "org_id"],
    organizations: ["owner_id"],
    deals: ["owner_id", "person_id", "org_id", "pipeline_id", "stage_id"],
    activities: ["owner_id", "deal_id", "person_id", "org_id"],
  };
  const wanted: Values = {};
  for (const name of names[entity.name] ?? []) {
    const id = readId(query, name);
    if (id !== undefined) wanted[name] = id;
  }
  if (entity.name === "activities") {
    if (query.has("done")) wanted.done = readChoice(query, "done", ["true", "false"]) === "true";
    if (query.has("lead_id")) wanted.lead_id = query.get("lead_id");
  }
  const dealId = entity.name === "persons" ? readId(query, "deal_id") : undefined;
  const dealPerson = dealId === undefined ? undefined : company.tables.deals.get(dealId)?.values.person_id;
  if (dealId !== undefined) {
    const person = company.tables.persons.get(Number(dealPerson ?? 0));
    return (values) => values === person?.values && Object.entries(wanted).every(([name, id]) => values[name] === id);
  }
  return (values) => Object.entries(wanted).every(([name, id]) => values[name] === id);
}

function readView({ query }: Call, entity: Entity): ViewOptions {
  const customFields = readWords(query, "custom_fields");
  if (customFields && customFields.length > 15) throw badParameter("custom_fields", "takes at most 15 keys");
  const includeFields = readWords(query, "include_fields") ?? [];
  const known =
    entity.name === "activities" ? /^attendees$/ : /^[a-z_]+_(count|id|time|status|bcc_email)$|^smart_bcc_email$/;
  const unknown = includeFields.find((name) => !known.test(name));
  if (unknown) throw badParameter("include_fields", `${unknown} cannot be included`);
  return { customFields, includeFields };
}

function readInstant(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const ms = readV2Time(value);
  if (ms === undefined) throw badParameter(name, "must be an instant in RFC 3339");
  return ms;
}
