import { type Call, locationOf, namedLocation, type Routes, readBody, readCount } from "../api.ts";
import { bad, missing, otherLocation, unprocessable } from "../errors.ts";
import { iso, type Location, type Row, type Values } from "../location.ts";

/** Locations, custom fields, tags, users, workflows and businesses: what a connector looks up. */
export const settingRoutes: Routes = (add) => {
  add("GET", "/locations/:locationId", { scope: "locations.readonly", handle: location });
  add("GET", "/locations/:locationId/customFields", { scope: "locations/customFields.readonly", handle: fields });
  add("POST", "/locations/:locationId/customFields", { scope: "locations/customFields.write", handle: addField });
  add("GET", "/locations/:locationId/customFields/:id", { scope: "locations/customFields.readonly", handle: field });
  add("DELETE", "/locations/:locationId/customFields/:id", {
    scope: "locations/customFields.write",
    handle: removeField,
  });
  add("GET", "/locations/:locationId/tags", { scope: "locations/tags.readonly", handle: tags });
  add("GET", "/users/search", { scope: "users.readonly", handle: searchUsers });
  add("GET", "/users", { scope: "users.readonly", only: "legacy", handle: users });
  add("GET", "/users/:id", { scope: "users.readonly", handle: user });
  add("GET", "/workflows", { scope: "workflows.readonly", handle: workflows });
  add("GET", "/businesses", { scope: "businesses.readonly", handle: businesses });
  add("POST", "/businesses", { scope: "businesses.write", handle: addBusiness });
  add("GET", "/businesses/:id", { scope: "businesses.readonly", handle: business });
};

function ok(body: Values, status = 200) {
  return { status, body };
}

function location(call: Call) {
  const { id, companyId, name, country, timeZone, allowDuplicateContact } = ofPath(call);
  const settings = { allowDuplicateContact, allowDuplicateOpportunity: false, allowFacebookNameMerge: false };
  return ok({ location: { id, companyId, name, country, timezone: timeZone, settings }, traceId: call.traceId });
}

// A company may look at its locations, though not into them.
function ofPath({ caller, world, params }: Call): Location {
  const found = world.locations.get(params.locationId ?? "");
  if (!found || found.companyId !== caller.companyId) throw otherLocation();
  if (caller.location && caller.location !== found) throw otherLocation();
  return found;
}

function fields(call: Call) {
  const place = namedLocation(call, call.params.locationId);
  const model = call.query.get("model") ?? "contact";
  if (!["contact", "opportunity", "all"].includes(model))
    throw unprocessable(["model must be one of the following values: contact, opportunity, all"]);
  const shown = place.customFields.filter((one) => model === "all" || one.model === model);
  return ok({
    customFields: shown.map((one, position) => ({ ...one, position, locationId: place.id })),
    traceId: call.traceId,
  });
}

function addField(call: Call) {
  const place = namedLocation(call, call.params.locationId);
  const rules = {
    name: "string",
    dataType: "string",
    model: ["contact", "opportunity"],
    placeholder: "string",
  } as const;
  const more = { textBoxListOptions: "array", options: "array", position: "number" } as const;
  const body = readBody(call, { ...rules, ...more }, ["name", "dataType"]);
  const options = (body.options ?? body.textBoxListOptions ?? []) as unknown[];
  const made = place.addField({
    name: String(body.name),
    dataType: String(body.dataType),
    model: body.model === "opportunity" ? "opportunity" : "contact",
    picklistOptions: options.map((option) => String((option as Values | null)?.label ?? option)),
  });
  return ok({ customField: { ...made, locationId: place.id }, traceId: call.traceId }, 201);
}

function fieldOf(call: Call) {
  const place = namedLocation(call, call.params.locationId);
  const found = place.customFields.find(({ id }) => id === call.params.id);
  if (!found) throw missing("Custom field", call.params.id ?? "");
  return { place, found };
}

function field(call: Call) {
  const { place, found } = fieldOf(call);
  return ok({ customField: { ...found, locationId: place.id }, traceId: call.traceId });
}

function removeField(call: Call) {
  const { place, found } = fieldOf(call);
  place.customFields = place.customFields.filter((one) => one !== found);
  return ok({ succeeded: true, succeded: true, traceId: call.traceId });
}

function tags(call: Call) {
  const place = namedLocation(call, call.params.locationId);
  return ok({ tags: [...place.tags].map(([name, id]) => ({ id, name, locationId: place.id })), traceId: call.traceId });
}

function searchUsers(call: Call) {
  const { query, caller, world } = call;
  const companyId = query.get("companyId");
  if (!companyId) throw unprocessable(["companyId should not be empty"]);
  if (companyId !== caller.companyId) throw otherLocation();
  const locationId = query.get("locationId") ?? caller.location?.id;
  if (caller.location && locationId !== caller.location.id) throw otherLocation();
  const text = (query.get("query") ?? "").toLowerCase();
  const all = [...world.locations.values()]
    .filter((place) => place.companyId === companyId && (locationId === undefined || place.id === locationId))
    .flatMap((place) => place.users.map((one) => viewUser(place, one)))
    .filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(text));
  const limit = readCount(query.get("limit"), "limit", { usual: 25, max: 100 });
  const skip = Number(query.get("skip") ?? 0);
  return ok({ users: all.slice(skip, skip + limit), count: all.length, traceId: call.traceId });
}

function users(call: Call) {
  const place = namedLocation(call, call.query.get("locationId"));
  return ok({ users: place.users.map((one) => viewUser(place, one)), traceId: call.traceId });
}

function user(call: Call) {
  const place = locationOf(call);
  const found = place.users.find(({ id }) => id === call.params.id);
  if (!found) throw missing("User", call.params.id ?? "");
  return ok({ ...viewUser(place, found), traceId: call.traceId });
}

function viewUser(place: Location, { id, name, email }: Location["users"][number]) {
  const [firstName = "", ...rest] = name.split(" ");
  const roles = { type: "account", role: "admin", locationIds: [place.id] };
  return { id, name, firstName, lastName: rest.join(" "), email, phone: "", extension: "", roles };
}

function workflows(call: Call) {
  const place = namedLocation(call, call.query.get("locationId"));
  const at = iso(call.world.base.clock.now());
  const shown = place.workflows.map((one) => ({
    ...one,
    version: 1,
    createdAt: at,
    updatedAt: at,
    locationId: place.id,
  }));
  return ok({ workflows: shown, traceId: call.traceId });
}

function businesses(call: Call) {
  const place = namedLocation(call, call.query.get("locationId"));
  const rows = [...place.tables.businesses.values()].map((row) => viewBusiness(place, row));
  return ok({ businesses: rows, traceId: call.traceId });
}

function addBusiness(call: Call) {
  const texts = [
    "name",
    "locationId",
    "phone",
    "email",
    "website",
    "address",
    "city",
    "description",
    "state",
    "postalCode",
    "country",
  ];
  const rules = Object.fromEntries(texts.map((name) => [name, "string" as const]));
  const { locationId, ...body } = readBody(call, rules, ["name", "locationId"]);
  const place = namedLocation(call, locationId);
  const held = [...place.tables.businesses.values()].some(({ values }) => values.name === body.name);
  if (held) throw bad("A business with this name exists already");
  const row = place.add("businesses", body);
  // Their own spelling.
  return ok({ success: true, buiseness: viewBusiness(place, row), traceId: call.traceId }, 201);
}

function business(call: Call) {
  const place = locationOf(call);
  const row = place.tables.businesses.get(call.params.id ?? "");
  if (!row) throw missing("Business", call.params.id ?? "");
  return ok({ business: viewBusiness(place, row), traceId: call.traceId });
}

function viewBusiness(place: Location, row: Row): Values {
  return {
    id: row.id,
    locationId: place.id,
    ...row.values,
    createdAt: iso(row.addedAt),
    updatedAt: iso(row.updatedAt),
  };
}
