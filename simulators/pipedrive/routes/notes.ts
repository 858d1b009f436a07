import { type Call, ok, type Routes, readBody } from "../api.ts";
import { reference } from "../checks.ts";
import type { Company } from "../company.ts";
import { badParameter, notFound } from "../errors.ts";
import { pageV1, readId } from "../paging.ts";
import type { Author } from "../records.ts";
import type { Row, Values } from "../table.ts";
import { readV1Time, readV2Time, toV1Time } from "../times.ts";

const read = ["deals:read", "deals:full", "contacts:read", "contacts:full"];
const write = ["deals:full", "contacts:full"];
const links = { deal_id: "deals", person_id: "persons", org_id: "organizations", lead_id: "leads" } as const;
const pins = ["deal", "lead", "organization", "person", "project", "task"].map((noun) => `pinned_to_${noun}_flag`);
const linkNames = [...Object.keys(links), "project_id", "task_id"];

export const noteRoutes: Routes = (add) => {
  add("GET", "/v1/notes", { cost: 20, scopes: read, handle: list });
  add("GET", "/v1/notes/:id", {
    cost: 2,
    scopes: read,
    handle: (call) => ok(viewNote(call.company, find(call), call.author.userId)),
  });
  add("POST", "/v1/notes", {
    cost: 10,
    scopes: write,
    handle: (call) =>
      ok(viewNote(call.company, createNote(call.company, readBody(call), call.author), call.author.userId)),
  });
  add("PUT", "/v1/notes/:id", { cost: 10, scopes: write, handle: change });
  add("DELETE", "/v1/notes/:id", { cost: 6, scopes: write, handle: remove });
};

export function createNote(company: Company, body: Values, author: Author): Row {
  if (typeof body.content !== "string" || body.content === "") throw badParameter("content", "is required");
  const given = checkNote(company, body);
  if (!linkNames.some((name) => given[name] !== undefined && given[name] !== null)) {
    throw badParameter("deal_id", "one of deal_id, person_id, org_id, lead_id, project_id, task_id is required");
  }
  const empty = Object.fromEntries([...linkNames.map((name) => [name, null]), ...pins.map((name) => [name, false])]);
  const values = { ...empty, user_id: author.userId, last_update_user_id: null, ...given };
  const row = company.tables.notes.add(values, {}, readV1Time(body.add_time));
  const data = viewNote(company, row, author.userId);
  company.emit({ action: "create", entity: "note", entityId: row.id, data, previous: null, ...author });
  return row;
}

function change(call: Call) {
  const { company, author } = call;
  const row = find(call);
  const before = { ...row.values };
  Object.assign(row.values, checkNote(company, readBody(call)), { last_update_user_id: author.userId });
  company.tables.notes.touch(row);
  const data = viewNote(company, row, author.userId);
  const previous = Object.fromEntries(Object.entries(before).filter(([name, value]) => row.values[name] !== value));
  company.emit({ action: "change", entity: "note", entityId: row.id, data, previous, ...author });
  return ok(data);
}

function remove(call: Call) {
  const { company, author } = call;
  const row = find(call);
  const previous = viewNote(company, row, author.userId);
  company.tables.notes.remove(row);
  company.emit({ action: "delete", entity: "note", entityId: row.id, data: null, previous, ...author });
  return ok(true);
}

function find({ company, params }: Call): Row {
  const row = company.tables.notes.get(params.id ?? "");
  if (!row || row.deletedAt !== undefined) throw notFound("Note");
  return row;
}

function list({ company, query, author }: Call) {
  const since = query.get("updated_since");
  const sinceMs = since === null ? 0 : readV2Time(since);
  if (sinceMs === undefined) throw badParameter("updated_since", "must be an instant in RFC 3339");
  const wanted: Values = {};
  for (const name of ["user_id", "deal_id", "person_id", "org_id", "project_id", "task_id"]) {
    const id = readId(query, name);
    if (id !== undefined) wanted[name] = id;
  }
  if (query.has("lead_id")) wanted.lead_id = query.get("lead_id");
  const rows = company.tables.notes
    .live()
    .filter(
      ({ updateTime, values }) =>
        updateTime >= sinceMs && Object.entries(wanted).every(([name, id]) => values[name] === id),
    );
  const { items, additional } = pageV1(sorted(rows, query.get("sort")), query);
  return ok(
    items.map((row) => viewNote(company, row, author.userId)),
    additional,
  );
}

function sorted(rows: Row[], sort: string | null): Row[] {
  const found = /^(id|user_id|deal_id|person_id|org_id|content|add_time|update_time)\s+(ASC|DESC)$/i.exec(
    sort ?? "id ASC",
  );
  if (!found) throw badParameter("sort", "must be a field and ASC or DESC");
  const [, field = "id", direction = "ASC"] = found;
  const key = (row: Row) =>
    field === "add_time"
      ? row.addTime
      : field === "update_time"
        ? row.updateTime
        : field === "id"
          ? row.id
          : row.values[field];
  const sign = direction.toUpperCase() === "ASC" ? 1 : -1;
  return rows.sort((a, b) => {
    const [x, y] = [key(a) as number, key(b) as number];
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
}

function checkNote(company: Company, body: Values): Values {
  const kept: Values = {};
  for (const [name, value] of Object.entries(body)) {
    const table = links[name as keyof typeof links];
    if (table && value !== null) {
      const problem = reference(table)(value, company);
      if (problem) throw badParameter(name, problem);
    }
    if (name === "content" && typeof value !== "string") throw badParameter(name, "must be a text");
    if (name === "user_id" && !company.users.some(({ id }) => id === value)) throw badParameter(name, "does not exist");
    if (pins.includes(name)) kept[name] = value === 1 || value === true || value === "1";
    else if (name === "content" || name === "user_id" || linkNames.includes(name)) kept[name] = value;
  }
  return kept;
}

export function viewNote(company: Company, row: Row, readerId: number): Values {
  const { values } = row;
  const linked = (table: "deals" | "organizations" | "persons", id: unknown, field: string) => {
    const found = id === null ? undefined : company.tables[table].get(id as number);
    return found ? { [field]: found.values[field] } : null;
  };
  const user = company.users.find(({ id }) => id === values.user_id);
  return {
    id: row.id,
    active_flag: row.deletedAt === undefined,
    ...values,
    add_time: toV1Time(row.addTime),
    update_time: toV1Time(row.updateTime),
    deal: linked("deals", values.deal_id, "title"),
    organization: linked("organizations", values.org_id, "name"),
    person: linked("persons", values.person_id, "name"),
    user: user && { email: user.email, icon_url: null, is_you: user.id === readerId, name: user.name },
  };
}
