import { type Html, html, htmlTable } from "#simulators/kit";
import { live } from "./control.ts";
import type { Org } from "./org.ts";
import type { World } from "./world.ts";

const shown: Record<string, string[]> = {
  Account: ["Name", "Phone", "Website"],
  Contact: ["Name", "Email", "Phone", "MobilePhone", "AccountId"],
  Lead: ["Name", "Company", "Email", "Phone", "Status"],
  Opportunity: ["Name", "StageName", "Amount", "CloseDate", "AccountId"],
  Task: ["Subject", "Status", "TaskSubtype", "CallType", "CallDurationInSeconds", "WhoId", "WhatId", "Description"],
  Event: ["Subject", "StartDateTime", "EndDateTime", "WhoId", "WhatId"],
  User: ["Name", "Email", "IsActive"],
};
const pageSize = 50;

/** What an org holds, one object at a time. */
export function showWorld(world: World, query: URLSearchParams): Html {
  const org = world.orgs.get(query.get("org") ?? "") ?? world.org();
  const table = org.table(query.get("type") ?? "Contact") ?? org.table("User");
  if (!table) return html`<p>This org shows no objects.</p>`;
  const after = Number(query.get("after") ?? 0) || 0;
  const href = (fields: Record<string, string>) =>
    `/_simulator?${new URLSearchParams({ org: org.id, type: table.type.name, ...fields })}`;
  const rows = live(table).toReversed();
  const names = shown[table.type.name] ?? [...table.type.fields.values()].slice(7, 13).map(({ name }) => name);
  const custom = [...table.type.fields.values()].filter((field) => field.custom).map(({ name }) => name);
  const columns = [...names, ...custom];
  return html`<nav aria-label="Orgs">${[...world.orgs.values()].map(({ id, name, kind }) =>
    id === org.id
      ? html`<strong>${name} (${kind})</strong>`
      : html`<a href="${href({ org: id })}">${name} (${kind})</a>`,
  )}</nav>
<nav aria-label="Objects">${tablesOf(org).map((one) =>
    one === table
      ? html`<strong>${one.type.name} ${one.count()}</strong>`
      : html`<a href="${href({ type: one.type.name })}">${one.type.name} ${one.count()}</a>`,
  )}</nav>
${htmlTable(
  `${table.type.name} of ${org.name}: ${table.count()}, newest first`,
  ["Id", ...columns, "Changed"],
  rows
    .slice(after, after + pageSize)
    .map(({ id, values }) => [id, ...columns.map((name) => values[name]), values.SystemModstamp]),
)}
<nav aria-label="Pages">${after > 0 && html`<a href="${href({})}">First page</a>`}${rows.length > after + pageSize && html`<a rel="next" href="${href({ after: String(after + pageSize) })}">Next page</a>`}</nav>
${htmlTable(
  "Flow runs",
  ["Flow", "Inputs", "At"],
  org.flowRuns.slice(-pageSize).map(({ flow, inputs, at }) => [flow, JSON.stringify(inputs), at]),
)}`;
}

/** The same as JSON: counts of every org, and with `?type=` a page of records. */
export function readState(world: World, query: URLSearchParams): unknown {
  const type = query.get("type");
  if (type === null) {
    const orgs = [...world.orgs.values()].map((org) => ({
      id: org.id,
      name: org.name,
      kind: org.kind,
      counts: Object.fromEntries(tablesOf(org).map((table) => [table.type.name, table.count()])),
      flows: org.flows,
      flowRuns: org.flowRuns,
    }));
    return { now: new Date(world.base.clock.now()).toISOString(), orgs };
  }
  const table = (world.orgs.get(query.get("org") ?? "") ?? world.org()).table(type);
  if (!table) return { error: `No object ${type}` };
  const after = Number(query.get("after") ?? 0) || 0;
  const limit = Math.min(Number(query.get("limit") ?? 100) || 100, 1_000);
  const records = live(table)
    .slice(after, after + limit)
    .map(({ values }) => values);
  const more = after + records.length < table.count();
  return { total: table.count(), records, ...(more ? { after: after + records.length } : {}) };
}

function tablesOf(org: Org) {
  return [...org.objects.values()].flatMap(({ name }) => org.table(name) ?? []);
}
