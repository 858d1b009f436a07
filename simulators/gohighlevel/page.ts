import { type Html, html, htmlTable } from "#simulators/kit";
import { viewRow } from "./control.ts";
import { iso, type Location, type TableName, tableNames, type Values } from "./location.ts";
import type { World } from "./world.ts";

const shown: Record<TableName, string[]> = {
  contacts: ["name", "phone", "email", "tags", "assignedTo", "customFields"],
  notes: ["contactId", "title", "body", "userId"],
  tasks: ["contactId", "title", "dueDate", "completed"],
  opportunities: ["name", "status", "monetaryValue", "pipelineStageId", "contactId"],
  appointments: ["title", "startTime", "endTime", "appointmentStatus", "contactId"],
  businesses: ["name", "phone", "email"],
  conversations: ["contactId"],
  messages: ["type", "direction", "status", "message", "attachments", "contactId"],
};
const pageSize = 50;

/** What a location holds, one kind of record at a time. */
export function showWorld(world: World, query: URLSearchParams): Html {
  const location = chosen(world, query);
  const name = tableNames.find((table) => table === query.get("type")) ?? "contacts";
  const after = Number(query.get("after") ?? 0) || 0;
  const href = (fields: Record<string, string>) =>
    `/_simulator?${new URLSearchParams({ location: location.id, type: name, ...fields })}`;
  const rows = [...location.tables[name].values()];
  const page = rows.slice(after, after + pageSize);
  return html`<nav aria-label="Locations">${[...world.locations.values()].map((one) =>
    one === location
      ? html`<strong>${one.name} (${one.id})</strong>`
      : html`<a href="${href({ location: one.id })}">${one.name} (${one.id})</a>`,
  )}</nav>
<nav aria-label="Records">${tableNames.map((table) =>
    table === name
      ? html`<strong>${table} ${location.tables[table].size}</strong>`
      : html`<a href="${href({ type: table })}">${table} ${location.tables[table].size}</a>`,
  )}</nav>
${htmlTable(
  `${name} of ${location.name}: ${rows.length}`,
  ["ID", ...shown[name], "Changed"],
  page.map((row) => {
    const view = viewRow(location, name, row);
    return [row.id, ...shown[name].map((field) => readable(location, view[field])), iso(row.updatedAt)];
  }),
)}
<nav aria-label="Pages">${after > 0 && html`<a href="${href({})}">First page</a>`}${after + pageSize < rows.length && html`<a rel="next" href="${href({ after: String(after + pageSize) })}">Next page</a>`}</nav>
${htmlTable(
  "Workflow enrolments",
  ["Workflow", "Contact", "At"],
  location.enrollments.slice(-pageSize).map(({ workflowId, contactId, at }) => [workflowId, contactId, at]),
)}`;
}

/** The same as JSON: counts of every location, and with `?type=` a page of records. */
export function readState(world: World, query: URLSearchParams): unknown {
  const locations = [...world.locations.values()].map((location) => ({
    id: location.id,
    companyId: location.companyId,
    name: location.name,
    counts: Object.fromEntries(tableNames.map((table) => [table, location.tables[table].size])),
    enrollments: location.enrollments,
  }));
  const asked = query.get("type");
  if (asked === null) return { now: iso(world.base.clock.now()), locations };
  const name = tableNames.find((table) => table === asked);
  if (!name) return { error: `No records of type ${asked}` };
  const location = chosen(world, query);
  const start = Number(query.get("after") ?? 0) || 0;
  const limit = Math.min(Number(query.get("limit") ?? 100), 1_000);
  const rows = [...location.tables[name].values()];
  const records = rows.slice(start, start + limit).map((row) => viewRow(location, name, row));
  return { total: rows.length, records, ...(start + limit < rows.length ? { after: start + limit } : {}) };
}

function chosen(world: World, query: URLSearchParams): Location {
  return world.locations.get(query.get("location") ?? "") ?? world.location();
}

function readable(location: Location, value: unknown): unknown {
  if (!Array.isArray(value)) return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
  return value
    .map((item) => {
      const { id, value: held } = (item ?? {}) as Values;
      const field = location.customFields.find((one) => one.id === id);
      return field ? `${field.name}: ${[held].flat().join(" ")}` : String(item);
    })
    .join(", ");
}
