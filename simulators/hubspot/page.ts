import { type Html, html, htmlTable } from "#simulators/kit";
import { linksOf } from "./links.ts";
import { findObjectType } from "./object-types.ts";
import type { Portal, TypeState } from "./portal.ts";
import type { CrmRecord } from "./table.ts";
import { viewRecord } from "./view.ts";
import type { World } from "./world.ts";

const shown: Record<string, string[]> = {
  contacts: ["firstname", "lastname", "email", "phone", "lifecyclestage"],
  companies: ["name", "domain", "phone"],
  deals: ["dealname", "amount", "pipeline", "dealstage"],
  notes: ["hs_timestamp", "hs_note_body"],
  meetings: ["hs_meeting_title", "hs_meeting_start_time", "hs_meeting_end_time", "hs_meeting_outcome"],
  calls: ["hs_call_title", "hs_call_direction", "hs_call_status", "hs_call_duration", "hs_call_body"],
  tasks: ["hs_task_subject", "hs_task_status", "hs_timestamp"],
  emails: ["hs_email_subject", "hs_timestamp"],
};

const pageSize = 50;

/** What an account holds, one object type at a time, with what each record is associated to. */
export function showWorld(world: World, query: URLSearchParams): Html {
  const portal = chosenPortal(world, query);
  const state = portal.type(query.get("type") ?? "contacts") as TypeState;
  const after = Number(query.get("after") ?? 0) || 0;
  const href = (fields: Record<string, string | number>) =>
    `/_simulator?${new URLSearchParams({ portal: String(portal.id), type: state.type.name, ...mapText(fields) })}`;
  const found = state.table.list(after, pageSize + 1, false);
  const page = found.slice(0, pageSize);
  const names = shown[state.type.name] ?? [];
  return html`<nav aria-label="Accounts">${[...world.portals.values()].map(({ id, name }) =>
    id === portal.id
      ? html`<strong>${name} (${id})</strong>`
      : html`<a href="${href({ portal: id })}">${name} (${id})</a>`,
  )}</nav>
<nav aria-label="Objects">${portal
    .types()
    .map(({ type, table }) =>
      type === state.type
        ? html`<strong>${type.name} ${table.size}</strong>`
        : html`<a href="${href({ type: type.name })}">${type.name} ${table.size}</a>`,
    )}</nav>
${htmlTable(
  `${state.type.name} of ${portal.name}: ${state.table.size}`,
  ["ID", ...names, "Associated with", "Changed"],
  page.map((record) => row(portal, record, names)),
)}
<nav aria-label="Pages">${after > 0 && html`<a href="${href({})}">First page</a>`}${found.length > pageSize && html`<a rel="next" href="${href({ after: page.at(-1)?.id ?? 0 })}">Next page</a>`}</nav>
${htmlTable(
  "Workflow enrolments",
  ["Workflow", "Contact", "E-mail", "At"],
  portal.workflows.flatMap(({ name, id, enrollments }) =>
    enrollments.slice(-pageSize).map((one) => [`${name} (${id})`, one.contactId, one.email, one.at]),
  ),
)}`;
}

function row(portal: Portal, record: CrmRecord, names: string[]): unknown[] {
  const links = portal
    .types()
    .flatMap((other) => linksOf(record, other).map(({ id }) => `${other.type.singular} ${id}`));
  const more = links.length > 20 ? ` and ${links.length - 20} more` : "";
  return [
    record.id,
    ...names.map((name) => record.properties[name]),
    links.slice(0, 20).join(", ") + more,
    new Date(record.updatedAt).toISOString(),
  ];
}

/** The same as JSON: counts of every account, and with `?type=` a page of records. */
export function readState(world: World, query: URLSearchParams): unknown {
  const portals = [...world.portals.values()].map((portal) => ({
    id: portal.id,
    name: portal.name,
    counts: Object.fromEntries(portal.types().map(({ type, table }) => [type.name, table.size])),
    enrollments: portal.workflows.reduce((sum, { enrollments }) => sum + enrollments.length, 0),
    workflows: portal.workflows,
  }));
  const name = query.get("type");
  if (name === null) return { now: new Date(world.clock.now()).toISOString(), portals };
  const portal = chosenPortal(world, query);
  const state = portal.type(name);
  if (!state || !findObjectType(name)) return { error: `No object type ${name}` };
  const limit = Math.min(Number(query.get("limit") ?? 100), 1_000);
  const records = state.table.list(Number(query.get("after") ?? 0), limit, query.get("archived") === "true");
  return {
    total: state.table.size,
    records: records.map((record) => ({
      ...viewRecord(portal, state, record),
      properties: record.properties,
      associations: Object.fromEntries(
        portal
          .types()
          .map((other) => [other.type.name, linksOf(record, other).map(({ id }) => id)] as const)
          .filter(([, ids]) => ids.length > 0),
      ),
    })),
    after: records.at(-1)?.id,
  };
}

function chosenPortal(world: World, query: URLSearchParams): Portal {
  const id = Number(query.get("portal"));
  return world.portals.get(id) ?? world.portal();
}

function mapText(fields: Record<string, string | number>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}
