import type { Answer } from "#simulators/kit";
import { type Call, ok, type Routes } from "../api.ts";
import { reference } from "../checks.ts";
import { badParameter, notFound } from "../errors.ts";
import { pageV1 } from "../paging.ts";
import type { Row, Values } from "../table.ts";
import { toV1Time } from "../times.ts";
import { readUpload } from "../uploads.ts";

const write = ["deals:full", "activities:full", "contacts:full"];
const read = ["deals:read", "activities:read", "contacts:read", ...write];
const links = {
  deal_id: "deals",
  person_id: "persons",
  org_id: "organizations",
  activity_id: "activities",
  lead_id: "leads",
} as const;

export const fileRoutes: Routes = (add) => {
  add("POST", "/v1/files", { cost: 10, scopes: write, handle: upload });
  add("GET", "/v1/files", { cost: 20, scopes: read, handle: list });
  add("GET", "/v1/files/:id", { cost: 2, scopes: read, handle: (call) => ok(view(call, find(call))) });
  add("GET", "/v1/files/:id/download", { cost: 20, scopes: read, handle: download });
  add("DELETE", "/v1/files/:id", { cost: 6, scopes: write, handle: remove });
};

async function upload(call: Call) {
  const { company, author } = call;
  const { name, bytes, fields } = await readUpload(call.exchange);
  const values: Values = { user_id: author.userId, name, file_size: bytes.length };
  for (const [link, table] of Object.entries(links)) {
    const given = fields[link];
    values[link] = given === undefined ? null : table === "leads" ? given : Number(given);
    const problem = given === undefined ? undefined : reference(table)(values[link], company);
    if (problem) throw badParameter(link, problem);
  }
  const row = company.tables.files.add(values);
  company.bytes.set(`file:${row.id}`, bytes);
  return ok(view(call, row));
}

function find({ company, params }: Call): Row {
  const row = company.tables.files.get(params.id ?? "");
  if (!row || row.deletedAt !== undefined) throw notFound("File");
  return row;
}

function list(call: Call) {
  const { items, additional } = pageV1(call.company.tables.files.live(), call.query);
  return ok(
    items.map((row) => view(call, row)),
    additional,
  );
}

function download(call: Call): Answer {
  const bytes = call.company.bytes.get(`file:${find(call).id}`) ?? new Uint8Array();
  return { status: 200, headers: { "content-type": "application/octet-stream" }, body: bytes };
}

function remove(call: Call) {
  const row = find(call);
  call.company.tables.files.remove(row);
  return ok({ id: row.id });
}

function view({ world }: Call, row: Row): Values {
  return {
    id: row.id,
    ...row.values,
    product_id: null,
    project_id: null,
    add_time: toV1Time(row.addTime),
    update_time: toV1Time(row.updateTime),
    file_name: `${row.id}_${row.values.name}`,
    active_flag: row.deletedAt === undefined,
    inline_flag: false,
    url: `${world.base.url()}/api/v1/files/${row.id}/download`,
    description: "",
  };
}
