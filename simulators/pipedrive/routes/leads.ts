import { type Call, ok, type Routes, readBody } from "../api.ts";
import { boolean, type Check, date, filled, listOf, nullable, reference, text, user } from "../checks.ts";
import { badParameter, invalid, PipedriveError } from "../errors.ts";
import { pageV1, readId } from "../paging.ts";
import type { Row, Values } from "../table.ts";

const full = ["leads:full"];
const read = ["leads:read", ...full];
const fields: Record<string, Check> = {
  title: filled,
  owner_id: user,
  label_ids: listOf(text),
  person_id: nullable(reference("persons")),
  organization_id: nullable(reference("organizations")),
  is_archived: boolean,
  value: nullable((value) => {
    const { amount, currency } = (value ?? {}) as Values;
    return typeof amount === "number" && typeof currency === "string" ? undefined : "must have amount and currency";
  }),
  expected_close_date: nullable(date),
  visible_to: (value) => (["1", "3", "5", "7"].includes(String(value)) ? undefined : "must be 1, 3, 5 or 7"),
  was_seen: boolean,
  origin_id: nullable(text),
  channel: nullable((value) => (Number.isInteger(value) ? undefined : "must be an integer")),
  channel_id: nullable(text),
};

export const leadRoutes: Routes = (add) => {
  add("GET", "/v1/leads", { cost: 20, scopes: read, handle: list });
  add("GET", "/v1/leads/:id", { cost: 2, scopes: read, handle: (call) => ok(view(find(call))) });
  add("POST", "/v1/leads", { cost: 10, scopes: full, handle: create });
  add("PATCH", "/v1/leads/:id", { cost: 10, scopes: full, handle: change });
  add("DELETE", "/v1/leads/:id", { cost: 6, scopes: full, handle: remove });
};

function create(call: Call) {
  const { company, author } = call;
  const given = check(call);
  if (given.title === undefined) throw badParameter("title", "is required");
  if (!given.person_id && !given.organization_id) {
    throw badParameter("person_id", "a lead needs a person or an organization");
  }
  const row = company.tables.leads.add({
    owner_id: author.userId,
    creator_id: author.userId,
    label_ids: [],
    person_id: null,
    organization_id: null,
    source_name: "API",
    origin: "API",
    origin_id: null,
    channel: null,
    channel_id: null,
    is_archived: false,
    was_seen: false,
    value: null,
    expected_close_date: null,
    next_activity_id: null,
    visible_to: "3",
    ...given,
  });
  company.emit({ action: "create", entity: "lead", entityId: row.id, data: view(row), previous: null, ...author });
  return { status: 201, body: { success: true, data: view(row) } };
}

function change(call: Call) {
  const { company, author } = call;
  const row = find(call);
  const given = check(call);
  const previous = Object.fromEntries(Object.keys(given).map((name) => [name, row.values[name]]));
  Object.assign(row.values, given);
  company.tables.leads.touch(row);
  company.emit({ action: "change", entity: "lead", entityId: row.id, data: view(row), previous, ...author });
  return ok(view(row));
}

function remove(call: Call) {
  const { company, author } = call;
  const row = find(call);
  company.tables.leads.remove(row);
  company.emit({ action: "delete", entity: "lead", entityId: row.id, data: null, previous: view(row), ...author });
  return ok({ id: row.id });
}

function find({ company, params }: Call): Row {
  const row = company.tables.leads.get(params.id ?? "");
  if (row && row.deletedAt === undefined) return row;
  throw new PipedriveError(404, "requested lead not found", { error_info: "Object was not found." });
}

function list({ company, query }: Call) {
  const wanted = ["owner_id", "person_id", "organization_id"].map((name) => [name, readId(query, name)] as const);
  const rows = company.tables.leads
    .live()
    .filter(({ values }) => wanted.every(([name, id]) => id === undefined || values[name] === id));
  const { items, additional } = pageV1(rows, query);
  return ok(items.map(view), { additional_data: additional.additional_data.pagination });
}

function check(call: Call): Values {
  const body = readBody(call);
  const problems = Object.entries(body).flatMap(([fieldCode, value]) => {
    const message = (fields[fieldCode] ?? (() => "is not a known field"))(value, call.company);
    return message ? [{ fieldCode, message }] : [];
  });
  if (problems.length > 0) throw invalid(problems);
  return body;
}

function view(row: Row): Values {
  const times = { add_time: new Date(row.addTime).toISOString(), update_time: new Date(row.updateTime).toISOString() };
  return { id: row.id, ...row.values, ...times };
}
