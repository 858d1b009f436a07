import { type Call, ok, type Routes, readBody } from "../api.ts";
import { type Entity, type EntityName, entities } from "../entities.ts";
import { badParameter, notFound } from "../errors.ts";
import { pageV1, readWords } from "../paging.ts";
import { moveLinks, removeRecord } from "../records.ts";
import type { Values } from "../table.ts";
import { readV1Time } from "../times.ts";
import { toWebhookData, viewV1 } from "../view.ts";
import { viewNote } from "./notes.ts";
import { findLive } from "./records.ts";

/** Merging two records, and the list of recent changes, which also has what was deleted. */
export const mergeRoutes: Routes = (add) => {
  for (const name of ["persons", "organizations", "deals"] as const) {
    const scopes = name === "deals" ? ["deals:full"] : ["contacts:full"];
    add("PUT", `/v1/${name}/:id/merge`, { cost: 40, scopes, handle: (call) => merge(call, entities[name]) });
  }
  add("GET", "/v1/recents", { cost: 20, scopes: ["recents:read", "search:read"], handle: recents });
};

// The record of the path goes away; the other one keeps its own values and takes over what it lacks.
function merge(call: Call, entity: Entity) {
  const { company, author } = call;
  const lost = findLive(call, entity);
  const { merge_with_id: keptId } = readBody(call);
  const kept = company.tables[entity.name].get(Number(keptId ?? 0));
  if (!Number.isInteger(keptId)) throw badParameter("merge_with_id", "is required");
  if (!kept || kept.deletedAt !== undefined) throw notFound(entity.noun);
  if (kept === lost) throw badParameter("merge_with_id", "is the same record");
  const before = toWebhookData(company, entity, kept);
  kept.values = mergeValues(kept.values, lost.values);
  kept.custom = mergeValues(kept.custom, lost.custom);
  const link = entity.name === "organizations" ? "org_id" : entity.name === "persons" ? "person_id" : "deal_id";
  moveLinks(company, link, lost.id as number, kept.id as number);
  company.tables[entity.name].touch(kept);
  removeRecord(company, entity, lost, author, { mergedTo: kept.id as number });
  const data = toWebhookData(company, entity, kept);
  const previous = Object.fromEntries(
    Object.entries(before).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(data[name])),
  );
  const mergedFrom = lost.id as number;
  company.emit({ action: "change", entity: entity.noun, entityId: kept.id, data, previous, ...author, mergedFrom });
  if (entity.name === "organizations") return ok({ id: kept.id });
  return ok({ ...viewV1(company, entity, kept), merge_what_id: lost.id });
}

function mergeValues(kept: Values, lost: Values): Values {
  const merged = { ...kept };
  for (const [name, value] of Object.entries(lost)) {
    const own = merged[name];
    if (own === null || own === undefined || own === "") merged[name] = value;
    // Telephone numbers and addresses of both are kept; the primary one stays.
    else if (Array.isArray(own) && Array.isArray(value) && (name === "phones" || name === "emails")) {
      const held = new Set(own.map((one) => one.value));
      merged[name] = [
        ...own,
        ...value
          .filter((one) => !held.has(one.value))
          .map((one) => ({ ...one, primary: own.length === 0 && one.primary })),
      ];
    }
  }
  return merged;
}

const recentKinds: Record<string, EntityName> = {
  activity: "activities",
  deal: "deals",
  organization: "organizations",
  person: "persons",
};
const allKinds = [
  ...Object.keys(recentKinds),
  "activityType",
  "file",
  "filter",
  "note",
  "pipeline",
  "product",
  "stage",
  "user",
];

function recents({ company, author, query }: Call) {
  const since = readV1Time(query.get("since_timestamp"));
  if (since === undefined) throw badParameter("since_timestamp", "must be a time as YYYY-MM-DD HH:MM:SS");
  const kinds = readWords(query, "items") ?? allKinds;
  const unknown = kinds.find((kind) => !allKinds.includes(kind));
  if (unknown) throw badParameter("items", `${unknown} is not a kind of item`);
  const rows = kinds.flatMap((kind) => {
    const name = recentKinds[kind];
    const table = name ? company.tables[name] : kind === "note" ? company.tables.notes : undefined;
    return (table?.all() ?? [])
      .filter(({ updateTime }) => updateTime >= since)
      .map((row) => ({
        at: row.updateTime,
        item: kind,
        id: row.id,
        data: name ? viewV1(company, entities[name], row) : viewNote(company, row, author.userId),
      }));
  });
  const sorted = rows.sort((a, b) => a.at - b.at).map(({ at: _at, ...row }) => row);
  const { items, additional } = pageV1(sorted, query);
  const since_timestamp = query.get("since_timestamp");
  return ok(items, { additional_data: { since_timestamp, ...additional.additional_data } });
}
