import { type Html, html, htmlTable } from "#simulators/kit";
import { type Company, type TableName, tableNames } from "./company.ts";
import { isTable, viewRow } from "./control.ts";
import type { Values } from "./table.ts";
import { toV2Time } from "./times.ts";
import { viewWebhook } from "./webhook-senders.ts";
import type { World } from "./world.ts";

const shown: Record<TableName, string[]> = {
  persons: ["name", "phones", "emails", "org_id", "owner_id"],
  organizations: ["name", "address", "owner_id"],
  deals: ["title", "value", "currency", "status", "stage_id", "person_id", "org_id"],
  activities: ["subject", "type", "due_date", "due_time", "duration", "done", "person_id", "deal_id", "note"],
  notes: ["content", "person_id", "deal_id", "org_id", "lead_id", "user_id"],
  leads: ["title", "value", "person_id", "organization_id"],
  callLogs: ["outcome", "from_phone_number", "to_phone_number", "duration", "person_id", "has_recording", "note"],
  files: ["name", "file_size", "person_id", "deal_id", "activity_id"],
  pipelines: ["name"],
  stages: ["name", "pipeline_id", "deal_probability"],
};
const pageSize = 50;

/** What a company holds, one kind of record at a time. */
export function showWorld(world: World, query: URLSearchParams): Html {
  const company = chosen(world, query);
  const asked = query.get("type") ?? "";
  const name: TableName = isTable(asked) ? asked : "persons";
  const after = Number(query.get("after") ?? 0) || 0;
  const href = (fields: Record<string, string | number>) => {
    const words = Object.entries({ company: company.id, type: name, ...fields }).map(([key, value]) => [
      key,
      String(value),
    ]);
    return `/_simulator?${new URLSearchParams(words)}`;
  };
  const rows = company.tables[name].live();
  const page = rows.slice(after, after + pageSize);
  const custom = name in { persons: 1, organizations: 1, deals: 1 };
  const columns = ["ID", ...shown[name], ...(custom ? ["Custom fields"] : []), "Changed"];
  return html`<nav aria-label="Companies">${[...world.companies.values()].map((one) =>
    one === company
      ? html`<strong>${one.name} (${one.id})</strong>`
      : html`<a href="${href({ company: one.id })}">${one.name} (${one.id})</a>`,
  )}</nav>
<nav aria-label="Records">${tableNames.map((table) =>
    table === name
      ? html`<strong>${table} ${company.tables[table].size}</strong>`
      : html`<a href="${href({ type: table })}">${table} ${company.tables[table].size}</a>`,
  )}</nav>
${htmlTable(
  `${name} of ${company.name}: ${rows.length}`,
  columns,
  page.map((row) => {
    const view = viewRow(company, name, row);
    const values = [...shown[name].map((field) => view[field]), ...(custom ? [named(company, name, view)] : [])];
    return [row.id, ...values.map(readable), toV2Time(row.updateTime)];
  }),
)}
<nav aria-label="Pages">${after > 0 && html`<a href="${href({})}">First page</a>`}${after + pageSize < rows.length && html`<a rel="next" href="${href({ after: after + pageSize })}">Next page</a>`}</nav>
<p>Tokens of today's budget used: ${world.limits.spentToday(company.id, world.base.clock.now())}</p>
${htmlTable(
  "Webhooks",
  ["ID", "Address", "Event", "Last status"],
  hooksOf(world, company).map((hook) => [hook.id, hook.url, `${hook.action}.${hook.object}`, hook.lastStatus]),
)}`;
}

/** The same as JSON: counts of every company, and with `?type=` a page of records. */
export function readState(world: World, query: URLSearchParams): unknown {
  const asked = query.get("type");
  const companies = [...world.companies.values()].map((company) => ({
    id: company.id,
    name: company.name,
    counts: Object.fromEntries(tableNames.map((table) => [table, company.tables[table].size])),
    spentToday: world.limits.spentToday(company.id, world.base.clock.now()),
    webhooks: hooksOf(world, company).map((hook) => ({ ...viewWebhook(hook), http_auth_password: undefined })),
  }));
  if (asked === null) return { now: new Date(world.base.clock.now()).toISOString(), companies };
  if (!isTable(asked)) return { error: `No records of type ${asked}` };
  const company = chosen(world, query);
  const start = Number(query.get("after") ?? 0) || 0;
  const limit = Math.min(Number(query.get("limit") ?? 100), 1_000);
  const rows = query.get("deleted") === "true" ? company.tables[asked].all() : company.tables[asked].live();
  const records = rows.slice(start, start + limit).map((row) => viewRow(company, asked, row));
  return { total: rows.length, records, ...(start + limit < rows.length ? { after: start + limit } : {}) };
}

function hooksOf(world: World, company: Company) {
  return [...world.webhooks.held.values()].filter(({ companyId }) => companyId === company.id);
}

function chosen(world: World, query: URLSearchParams): Company {
  return world.companies.get(Number(query.get("company"))) ?? world.company();
}

function named(company: Company, table: TableName, view: Values): string {
  const owner = table === "persons" ? "person" : table === "deals" ? "deal" : "organization";
  return Object.entries((view.custom_fields ?? {}) as Values)
    .filter(([, value]) => value !== null)
    .map(([code, value]) => {
      const field = company.fields[owner].find(({ field_code }) => field_code === code);
      return `${field?.field_name ?? code}: ${readable(value)}`;
    })
    .join(", ");
}

function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => readable(item?.value ?? item)).join(", ");
  if (typeof value !== "object" || value === null) return value;
  return "value" in value ? readable(value.value) : JSON.stringify(value);
}
