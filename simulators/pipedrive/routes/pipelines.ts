import { type Call, ok, type Routes, readBody } from "../api.ts";
import { addStage, type Company, stagesOf } from "../company.ts";
import { badParameter, gone, notFound } from "../errors.ts";
import { pageOf, readId } from "../paging.ts";
import type { Row, Values } from "../table.ts";
import { toV2Time } from "../times.ts";

const readers = ["deals:read", "deals:full", "admin"];
const kinds = ["pipelines", "stages"] as const;
type Kind = (typeof kinds)[number];

const writable: Record<Kind, Record<string, (value: unknown) => boolean>> = {
  pipelines: { name: isName, is_deal_probability_enabled: (value) => typeof value === "boolean" },
  stages: {
    name: isName,
    pipeline_id: Number.isInteger,
    deal_probability: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100,
    is_deal_rot_enabled: (value) => typeof value === "boolean",
    days_to_rotten: (value) => value === null || Number.isInteger(value),
  },
};

export const pipelineRoutes: Routes = (add) => {
  for (const kind of kinds) {
    add("GET", `/v2/${kind}`, { cost: 5, scopes: readers, handle: (call) => list(call, kind) });
    add("GET", `/v2/${kind}/:id`, {
      cost: 1,
      scopes: readers,
      handle: (call) => ok(view(call.company, kind, find(call, kind))),
    });
    add("POST", `/v2/${kind}`, { cost: 5, scopes: ["admin"], handle: (call) => create(call, kind) });
    add("PATCH", `/v2/${kind}/:id`, { cost: 5, scopes: ["admin"], handle: (call) => change(call, kind) });
    add("DELETE", `/v2/${kind}/:id`, { cost: 3, scopes: ["admin"], handle: (call) => remove(call, kind) });
  }
};

function list({ company, query }: Call, kind: Kind) {
  const pipelineId = kind === "stages" ? readId(query, "pipeline_id") : undefined;
  const rows = pipelineId === undefined ? company.tables[kind].live() : stagesOf(company, pipelineId);
  const { items, nextCursor } = pageOf(rows, query, { sortBy: ["id", "update_time", "add_time", "order_nr"] });
  return ok(
    items.map((row) => view(company, kind, row)),
    { additional_data: { next_cursor: nextCursor } },
  );
}

function find({ company, params }: Call, kind: Kind): Row {
  const row = company.tables[kind].get(params.id ?? "");
  if (!row) throw notFound(kind === "stages" ? "Stage" : "Pipeline");
  return row;
}

function create(call: Call, kind: Kind) {
  const { company } = call;
  const values = read(call, kind);
  if (values.name === undefined) throw badParameter("name", "is required");
  if (kind === "pipelines") {
    return ok(view(company, kind, company.tables.pipelines.add({ is_deal_probability_enabled: true, ...values })));
  }
  const pipeline = company.tables.pipelines.get(Number(values.pipeline_id ?? 0));
  if (!pipeline || pipeline.deletedAt !== undefined) throw badParameter("pipeline_id", "does not exist");
  return ok(view(company, kind, addStage(company, pipeline.id as number, values)));
}

function change(call: Call, kind: Kind) {
  const row = find(call, kind);
  if (row.deletedAt !== undefined) throw gone(kind);
  Object.assign(row.values, read(call, kind));
  call.company.tables[kind].touch(row);
  return ok(view(call.company, kind, row));
}

function remove(call: Call, kind: Kind) {
  const row = find(call, kind);
  if (row.deletedAt !== undefined) throw gone(kind);
  call.company.tables[kind].remove(row);
  return ok({ id: row.id });
}

function read(call: Call, kind: Kind): Values {
  const body = readBody(call);
  for (const [name, value] of Object.entries(body)) {
    if (!writable[kind][name]?.(value)) throw badParameter(name, "is not a known field, or has a wrong value");
  }
  return body;
}

function view(company: Company, kind: Kind, row: Row): Values {
  const siblings = kind === "stages" ? stagesOf(company, row.values.pipeline_id) : company.tables.pipelines.live();
  return {
    id: row.id,
    order_nr: kind === "stages" ? siblings.indexOf(row) + 1 : siblings.indexOf(row),
    ...row.values,
    is_deleted: row.deletedAt !== undefined,
    add_time: toV2Time(row.addTime),
    update_time: toV2Time(row.updateTime),
  };
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
