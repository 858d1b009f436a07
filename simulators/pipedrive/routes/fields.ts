import { type Call, ok, type Routes, readBody, readList } from "../api.ts";
import { badParameter, invalid, notFound, PipedriveError } from "../errors.ts";
import { customTypes, type Field, type FieldOwner, fieldOwners, type Option } from "../fields.ts";
import { pageByPlace } from "../paging.ts";

const scopesOf: Record<FieldOwner, { read: string[]; write: string[] }> = {
  person: {
    read: ["contacts:read", "contacts:full", "admin", "contact-fields:full"],
    write: ["admin", "contact-fields:full"],
  },
  organization: {
    read: ["contacts:read", "contacts:full", "admin", "contact-fields:full"],
    write: ["admin", "contact-fields:full"],
  },
  deal: { read: ["deals:read", "deals:full", "admin", "deal-fields:full"], write: ["admin", "deal-fields:full"] },
  activity: { read: ["admin"], write: [] },
};

/** `personFields` and its sisters; those of activities can only be read. */
export const fieldRoutes: Routes = (add) => {
  for (const owner of fieldOwners) {
    const path = `/v2/${owner}Fields`;
    const { read, write } = scopesOf[owner];
    // A right to all contacts, or all deals, is enough to change a field that is there.
    const change = [...write, owner === "deal" ? "deals:full" : "contacts:full"];
    add("GET", path, { cost: 10, scopes: read, handle: (call) => list(call, owner) });
    add("GET", `${path}/:code`, { cost: 1, scopes: read, handle: (call) => ok(find(call, owner)) });
    if (owner === "activity") continue;
    add("POST", path, { cost: 5, scopes: write, handle: (call) => create(call, owner) });
    add("PATCH", `${path}/:code`, { cost: 5, scopes: change, handle: (call) => rename(call, owner) });
    add("DELETE", `${path}/:code`, { cost: 3, scopes: write, handle: (call) => remove(call, owner) });
    add("POST", `${path}/:code/options`, { cost: 5, scopes: change, handle: (call) => addOptions(call, owner) });
    add("PATCH", `${path}/:code/options`, { cost: 5, scopes: change, handle: (call) => renameOptions(call, owner) });
    add("DELETE", `${path}/:code/options`, { cost: 3, scopes: change, handle: (call) => removeOptions(call, owner) });
  }
};

function list({ company, query }: Call, owner: FieldOwner) {
  const { items, nextCursor } = pageByPlace(company.fields[owner], query);
  return ok(items, { additional_data: { next_cursor: nextCursor } });
}

function find({ company, params }: Call, owner: FieldOwner): Field {
  const field = company.fields[owner].find(({ field_code }) => field_code === params.code);
  if (!field) throw notFound("Field");
  return field;
}

function findCustom(call: Call, owner: FieldOwner): Field {
  const field = find(call, owner);
  if (!field.is_custom_field) throw new PipedriveError(403, "Only custom fields can be changed");
  return field;
}

function create(call: Call, owner: FieldOwner) {
  const { field_name: name, field_type: type, options } = readBody(call);
  if (typeof name !== "string" || name === "") throw badParameter("field_name", "is required");
  if (!customTypes.some((known) => known === type)) throw badParameter("field_type", `${type} is not a type of field`);
  const labels = Array.isArray(options) ? options.map((option) => option?.label) : [];
  const needsOptions = type === "enum" || type === "set";
  if (needsOptions && (labels.length === 0 || labels.some((label) => typeof label !== "string"))) {
    throw badParameter("options", "must be a list of labels");
  }
  return ok(call.company.addField(owner, { name, type: String(type), options: labels }));
}

function rename(call: Call, owner: FieldOwner) {
  const field = findCustom(call, owner);
  const { field_name: name } = readBody(call);
  if (name !== undefined && (typeof name !== "string" || name === ""))
    throw badParameter("field_name", "must be a text");
  if (typeof name === "string") field.field_name = name;
  return ok(field);
}

function remove(call: Call, owner: FieldOwner) {
  const field = findCustom(call, owner);
  const { company } = call;
  company.fields[owner] = company.fields[owner].filter((other) => other !== field);
  return ok(field);
}

function optionsOf(call: Call, owner: FieldOwner): Option[] {
  const { options, field_type } = find(call, owner);
  if (!options) throw badParameter("field_code", `a field of type ${field_type} has no options`);
  return options;
}

function addOptions(call: Call, owner: FieldOwner) {
  const options = optionsOf(call, owner);
  const labels = readList(call).map(({ label }) => label);
  if (labels.some((label) => typeof label !== "string")) throw badParameter("label", "must be a text");
  const made = labels.map((label) => ({ id: call.company.nextOptionId(), label: String(label) }));
  options.push(...made);
  return ok(made, { additional_data: null });
}

function renameOptions(call: Call, owner: FieldOwner) {
  const options = optionsOf(call, owner);
  const changed = readList(call).map(({ id, label }) => ({ option: known(options, id), label: String(label) }));
  for (const { option, label } of changed) option.label = label;
  return ok(
    changed.map(({ option }) => option),
    { additional_data: null },
  );
}

function removeOptions(call: Call, owner: FieldOwner) {
  const options = optionsOf(call, owner);
  const gone = readList(call).map(({ id }) => known(options, id));
  for (const option of gone) options.splice(options.indexOf(option), 1);
  return ok(gone, { additional_data: null });
}

function known(options: Option[], id: unknown): Option {
  const option = options.find((one) => one.id === id);
  if (!option) throw invalid([{ fieldCode: "id", message: `${id} is not an option` }]);
  return option;
}
