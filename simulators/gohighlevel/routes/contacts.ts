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
import {
  contactRules,
  createContact,
  findContact,
  findDuplicate,
  nameOf,
  removeContact,
  setTags,
  updateContact,
  viewContact,
} from "../contacts.ts";
import { bad, missing, unprocessable } from "../errors.ts";
import { iso, type Location, type Row, type Values } from "../location.ts";
import { toE164 } from "../phone.ts";
import { passes, searchPage } from "../search.ts";
import { viewAppointment } from "./calendars.ts";

const read = "contacts.readonly";
const write = "contacts.write";

export const contactRoutes: Routes = (add) => {
  add("POST", "/contacts", { scope: write, handle: create });
  add("POST", "/contacts/upsert", { scope: write, handle: upsert });
  add("POST", "/contacts/search", { scope: read, handle: search });
  add("GET", "/contacts/search/duplicate", { scope: read, handle: duplicate });
  add("GET", "/contacts", { scope: read, only: "legacy", handle: list });
  add("GET", "/contacts/:id", { scope: read, handle: (call) => ok({ contact: view(call, contactOf(call)) }) });
  add("PUT", "/contacts/:id", { scope: write, handle: change });
  add("DELETE", "/contacts/:id", { scope: write, handle: remove });
  add("POST", "/contacts/:id/tags", { scope: write, handle: (call) => tags(call, true) });
  add("DELETE", "/contacts/:id/tags", { scope: write, handle: (call) => tags(call, false) });
  add("POST", "/contacts/:id/workflow/:workflowId", { scope: write, handle: enroll });
  add("DELETE", "/contacts/:id/workflow/:workflowId", { scope: write, handle: leave });
  add("GET", "/contacts/:id/appointments", { scope: read, handle: appointments });
  addChildren(
    add,
    "notes",
    "note",
    { userId: "string", body: "string", title: "string", color: "string", pinned: "boolean" },
    ["body"],
  );
  const task = {
    title: "string",
    body: "string",
    dueDate: "string",
    completed: "boolean",
    assignedTo: "string",
  } as const;
  addChildren(add, "tasks", "task", task, ["title", "dueDate", "completed"]);
};

function ok(body: Values, status = 200) {
  return { status, body };
}

/** The older versions spell it their own way. */
export function done(isV3: boolean): Values {
  return isV3 ? { succeeded: true } : { succeded: true };
}

function contactOf(call: Call): Row {
  return findContact(locationOf(call), call.params.id ?? "");
}

function view(call: Call, row: Row): Values {
  return viewContact(locationOf(call), row);
}

function create(call: Call) {
  const body = readBody(call, { ...contactRules, locationId: "string" }, ["locationId"]);
  const location = namedLocation(call, body.locationId);
  const row = createContact(call.world, location, body, call);
  return ok({ contact: view(call, row), traceId: call.traceId }, 201);
}

function upsert(call: Call) {
  const rules = { ...contactRules, locationId: "string", createNewIfDuplicateAllowed: "boolean" } as const;
  const { createNewIfDuplicateAllowed, ...body } = readBody(call, rules, ["locationId"]);
  const location = namedLocation(call, body.locationId);
  const { locationId: _place, ...given } = body;
  const phone =
    typeof given.phone === "string" ? toE164(given.phone, String(given.country ?? location.country)) : undefined;
  const found = findDuplicate(location, { ...given, phone })?.row;
  const wantsNew = createNewIfDuplicateAllowed === true && location.allowDuplicateContact;
  const isNew = !found || wantsNew;
  const row = isNew
    ? createContact(call.world, location, body, call)
    : updateContact(call.world, location, found, given, call);
  return ok({ new: isNew, contact: view(call, row), traceId: call.traceId });
}

function change(call: Call) {
  const body = readBody(call, contactRules);
  const row = updateContact(call.world, locationOf(call), contactOf(call), body, call);
  return ok({ ...done(call.isV3), contact: view(call, row) });
}

function remove(call: Call) {
  removeContact(locationOf(call), contactOf(call));
  return ok(done(call.isV3));
}

function duplicate(call: Call) {
  const location = namedLocation(call, call.query.get("locationId"));
  const number = call.query.get("number");
  const email = call.query.get("email");
  if (!number && !email) throw bad("number or email is required");
  const phone = number ? toE164(number, location.country) : undefined;
  const found = findDuplicate(location, { email, phone })?.row;
  return ok({ contact: found ? view(call, found) : null, traceId: call.traceId });
}

function search(call: Call) {
  const rules: Record<string, Rule> = {
    ...{ locationId: "string", pageLimit: "number", page: "number", searchAfter: "array" },
    ...{ query: "string", filters: "array", sort: "array" },
  };
  const body = readBody(call, rules, ["locationId", "pageLimit"]);
  const location = namedLocation(call, body.locationId);
  const query = String(body.query ?? "").toLowerCase();
  if (query.length > 75) throw unprocessable(["query must be shorter than or equal to 75 characters"]);
  const seenUntil = call.world.base.clock.now() - call.world.searchIndexLagMs;
  const rows = [...location.tables.contacts.values()].filter(
    (row) =>
      row.updatedAt <= seenUntil &&
      matches(row, query) &&
      passes(body.filters, (field) => fieldOf(location, row, field)),
  );
  const { total, marks, rows: shown } = searchPage(rows, body, (row, field) => keyOf(location, row, field), 500);
  const contacts = shown.map((row, index) => ({ ...viewContact(location, row), searchAfter: marks[index] }));
  return ok({ contacts, total, traceId: call.traceId });
}

function matches({ values }: Row, query: string): boolean {
  const texts = [nameOf(values), values.email, values.phone, values.companyName];
  return (
    query === "" ||
    texts.some((text) =>
      String(text ?? "")
        .toLowerCase()
        .includes(query),
    )
  );
}

function fieldOf(location: Location, row: Row, field: string): unknown {
  if (!field.startsWith("customFields.")) return viewContact(location, row)[field];
  const id = field.slice("customFields.".length);
  return ((row.values.customFields ?? []) as Values[]).find((one) => one.id === id)?.value;
}

function keyOf(location: Location, row: Row, field: string): number | string {
  if (field === "dateAdded") return row.addedAt;
  if (field === "dateUpdated") return row.updatedAt;
  return String(fieldOf(location, row, field) ?? "").toLowerCase();
}

function list(call: Call) {
  const location = namedLocation(call, call.query.get("locationId"));
  const limit = readCount(call.query.get("limit"), "limit", { usual: 20, max: 100 });
  const after = call.query.get("startAfterId");
  const query = (parameter(call.query, "query") ?? "").toLowerCase();
  const rows = [...location.tables.contacts.values()].filter((row) => matches(row, query)).reverse();
  const start = after === null ? 0 : rows.findIndex(({ id }) => id === after) + 1;
  const shown = rows.slice(start, start + limit);
  const last = shown.at(-1);
  const meta = { total: rows.length, ...(last ? { startAfter: last.addedAt, startAfterId: last.id } : {}) };
  return ok({ contacts: shown.map((row) => view(call, row)), count: rows.length, meta, traceId: call.traceId });
}

function tags(call: Call, isAdding: boolean) {
  const { tags: given } = readBody(call, { tags: "array" }, ["tags"]);
  const row = contactOf(call);
  const held = (row.values.tags ?? []) as string[];
  const named = (given as unknown[]).map((tag) => String(tag).trim().toLowerCase());
  setTags(locationOf(call), row, isAdding ? [...held, ...named] : held.filter((tag) => !named.includes(tag)));
  const body = isAdding ? { tagsAdded: named } : { tagsRemoved: named };
  return ok({ tags: row.values.tags, ...body, traceId: call.traceId }, isAdding ? 201 : 200);
}

function enroll(call: Call) {
  readBody(call, { eventStartTime: "string" });
  const location = locationOf(call);
  const row = contactOf(call);
  const workflow = location.workflows.find(({ id }) => id === call.params.workflowId);
  if (!workflow) throw missing("Workflow", call.params.workflowId ?? "");
  // A draft takes nobody in, and says nothing of it.
  if (workflow.status === "published") {
    location.enrollments.push({ workflowId: workflow.id, contactId: row.id, at: iso(location.clock.now()) });
  }
  return ok(done(call.isV3));
}

function leave(call: Call) {
  const location = locationOf(call);
  const row = contactOf(call);
  const { workflowId } = call.params;
  location.enrollments = location.enrollments.filter(
    (one) => one.contactId !== row.id || one.workflowId !== workflowId,
  );
  return ok(done(call.isV3));
}

function appointments(call: Call) {
  const row = contactOf(call);
  const events = [...locationOf(call).tables.appointments.values()].filter(({ values }) => values.contactId === row.id);
  return ok({ events: events.map((event) => viewAppointment(locationOf(call), event)), traceId: call.traceId });
}

type Add = Parameters<Routes>[0];

/** Notes and tasks: both hang on a contact and are written alike. */
function addChildren(
  add: Add,
  table: "notes" | "tasks",
  name: "note" | "task",
  rules: Parameters<typeof readBody>[1],
  required: string[],
): void {
  const path = `/contacts/:id/${table}`;
  const event = name === "note" ? "Note" : "Task";
  const viewOne = ({ id, addedAt, values }: Row): Values => ({
    id,
    ...values,
    ...(name === "note" ? { dateAdded: iso(addedAt) } : {}),
  });
  const find = (call: Call) => {
    const row = locationOf(call).tables[table].get(call.params.childId ?? "");
    if (!row || row.values.contactId !== contactOf(call).id) throw missing(event, call.params.childId ?? "");
    return row;
  };
  const check = (call: Call, needed: string[]) => {
    const body = readBody(call, rules, needed);
    const user = body.userId ?? body.assignedTo;
    if (user && !locationOf(call).users.some(({ id }) => id === user)) throw missing("User", String(user));
    if (body.dueDate !== undefined && Number.isNaN(Date.parse(String(body.dueDate)))) {
      throw unprocessable(["dueDate must be a valid ISO 8601 date string"]);
    }
    return body;
  };
  add("GET", path, {
    scope: read,
    handle: (call) => {
      const contact = contactOf(call);
      const rows = [...locationOf(call).tables[table].values()].filter(({ values }) => values.contactId === contact.id);
      return ok({ [table]: rows.map(viewOne), traceId: call.traceId });
    },
  });
  add("POST", path, {
    scope: write,
    handle: (call) => {
      const contact = contactOf(call);
      const row = locationOf(call).add(table, { ...check(call, required), contactId: contact.id });
      locationOf(call).emit({ type: `${event}Create`, body: viewOne(row) });
      return ok({ [name]: viewOne(row), traceId: call.traceId }, 201);
    },
  });
  add("GET", `${path}/:childId`, {
    scope: read,
    handle: (call) => ok({ [name]: viewOne(find(call)), traceId: call.traceId }),
  });
  add("PUT", `${path}/:childId`, {
    scope: write,
    handle: (call) => {
      const row = find(call);
      const wasCompleted = row.values.completed;
      Object.assign(row.values, check(call, name === "note" ? required : []));
      locationOf(call).touch(row);
      if (name === "note") locationOf(call).emit({ type: "NoteUpdate", body: viewOne(row) });
      if (row.values.completed && !wasCompleted) locationOf(call).emit({ type: "TaskComplete", body: viewOne(row) });
      return ok({ [name]: viewOne(row), traceId: call.traceId });
    },
  });
  add("DELETE", `${path}/:childId`, {
    scope: write,
    handle: (call) => {
      const row = find(call);
      locationOf(call).tables[table].delete(row.id);
      locationOf(call).emit({ type: `${event}Delete`, body: viewOne(row) });
      return ok({ ...done(call.isV3), traceId: call.traceId });
    },
  });
}
