import type { Rule } from "./api.ts";
import { bad, missing } from "./errors.ts";
import { iso, type Location, type Row, type Values } from "./location.ts";
import { toE164 } from "./phone.ts";
import type { World } from "./world.ts";

const plain = [
  ...["firstName", "lastName", "name", "email", "phone", "gender", "address1", "city", "state", "postalCode"],
  ...["website", "timezone", "source", "country", "companyName", "assignedTo", "dateOfBirth"],
];
export const contactRules: Record<string, Rule> = {
  ...(Object.fromEntries(plain.map((name) => [name, "string"])) as Record<string, Rule>),
  dnd: "boolean",
  tags: "array",
  customFields: "array",
  dndSettings: "object",
  inboundDndSettings: "object",
};

interface Author {
  isV3: boolean;
}

export function createContact(world: World, location: Location, body: Values, author: Author): Row {
  const given = readContact(world, location, body, author);
  const duplicate = findDuplicate(location, given);
  if (duplicate && !location.allowDuplicateContact) throw duplicateError(duplicate);
  const row = location.add("contacts", {
    type: "lead",
    tags: [],
    customFields: [],
    dnd: false,
    country: location.country,
    ...given,
  });
  location.emit({ type: "ContactCreate", body: viewContact(location, row) });
  return row;
}

export function updateContact(world: World, location: Location, row: Row, body: Values, author: Author): Row {
  const given = readContact(world, location, body, author);
  const duplicate = findDuplicate(location, given, row);
  if (duplicate && !location.allowDuplicateContact) throw duplicateError(duplicate);
  const before = row.values;
  const held = (before.customFields ?? []) as Values[];
  const customFields = [
    ...held.filter(({ id }) => !hasField(given.customFields, id)),
    ...((given.customFields ?? []) as Values[]),
  ];
  row.values = { ...before, ...given, customFields };
  location.touch(row);
  location.emit({ type: "ContactUpdate", body: viewContact(location, row) });
  if (JSON.stringify(before.tags) !== JSON.stringify(row.values.tags)) tellTags(location, row);
  if (before.dnd !== row.values.dnd) location.emit({ type: "ContactDndUpdate", body: viewContact(location, row) });
  return row;
}

export function removeContact(location: Location, row: Row): void {
  location.tables.contacts.delete(row.id);
  for (const name of ["notes", "tasks"] as const) {
    for (const [id, { values }] of location.tables[name])
      if (values.contactId === row.id) location.tables[name].delete(id);
  }
  location.emit({ type: "ContactDelete", body: viewContact(location, row) });
}

/** Sets the whole list, as every way to write tags ends in. */
export function setTags(location: Location, row: Row, tags: readonly string[]): void {
  row.values.tags = cleanTags(location, tags);
  location.touch(row);
  tellTags(location, row);
}

function tellTags(location: Location, row: Row): void {
  location.emit({ type: "ContactTagUpdate", body: viewContact(location, row) });
}

export function findContact(location: Location, id: string): Row {
  const row = location.tables.contacts.get(id);
  if (!row) throw missing("Contact", id);
  return row;
}

/** The contact that holds the same e-mail or telephone number, looked for in the order of the location. */
export function findDuplicate(
  location: Location,
  given: Values,
  except?: Row,
): { row: Row; field: string } | undefined {
  for (const field of location.duplicateOrder) {
    const wanted = field === "email" ? String(given.email ?? "").toLowerCase() : String(given.phone ?? "");
    if (wanted === "") continue;
    for (const row of location.tables.contacts.values()) {
      if (row === except) continue;
      const held = field === "email" ? String(row.values.email ?? "").toLowerCase() : row.values.phone;
      if (held === wanted) return { row, field };
    }
  }
  return undefined;
}

function duplicateError({ row, field }: { row: Row; field: string }) {
  return bad("This location does not allow duplicated contacts.", {
    meta: { contactId: row.id, contactName: nameOf(row.values), matchingField: field },
  });
}

function readContact(world: World, location: Location, body: Values, { isV3 }: Author): Values {
  const { tags, customFields, locationId: _place, createNewIfDuplicateAllowed: _mode, ...given } = body;
  const values: Values = { ...given };
  if (typeof given.name === "string" && given.firstName === undefined && given.lastName === undefined) {
    const [first = "", ...rest] = given.name.trim().split(/\s+/);
    values.firstName = first;
    values.lastName = rest.join(" ");
  }
  delete values.name;
  if (typeof given.email === "string" && given.email !== "" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given.email)) {
    throw bad("email must be an email");
  }
  if (typeof given.phone === "string" && given.phone !== "") {
    const phone = toE164(given.phone, String(given.country ?? location.country));
    if (!phone && world.options.wrongPhone === "refuse") throw bad("Invalid phone number");
    if (phone) values.phone = phone;
    else delete values.phone;
  }
  if (given.assignedTo && !location.users.some(({ id }) => id === given.assignedTo)) {
    throw missing("User", String(given.assignedTo));
  }
  if (Array.isArray(tags)) values.tags = cleanTags(location, tags);
  if (Array.isArray(customFields)) values.customFields = readCustom(world, location, "contact", customFields, isV3);
  return values;
}

/** `[{ id or key, fieldValue }]` (`field_value` in older versions) as it is kept: `[{ id, value }]`. */
export function readCustom(
  world: World,
  location: Location,
  model: "contact" | "opportunity",
  given: unknown[],
  isV3: boolean,
): Values[] {
  const isStrict = world.options.customFields !== "ignore";
  return given.flatMap((entry) => {
    const { id, key, fieldValue, field_value } = (entry ?? {}) as Values;
    const field = location.customFields.find(
      (one) => one.model === model && (one.id === id || one.fieldKey === key || one.fieldKey === `${model}.${key}`),
    );
    if (!field && isStrict) throw bad(`Custom field with id ${id ?? key} not found`);
    if (!field) return [];
    const value = isV3 ? (fieldValue ?? field_value) : field_value;
    const options = Array.isArray(value) ? value : [value];
    const isChoice = field.picklistOptions.length > 0 && value !== undefined && value !== null && value !== "";
    if (isChoice && isStrict && options.some((one) => !field.picklistOptions.includes(String(one)))) {
      throw bad(`Invalid value for custom field ${field.id}`);
    }
    return value === undefined ? [] : [{ id: field.id, value }];
  });
}

function hasField(fields: unknown, id: unknown): boolean {
  return Array.isArray(fields) && fields.some((field) => field.id === id);
}

function cleanTags(location: Location, tags: readonly unknown[]): string[] {
  const clean = [...new Set(tags.map((tag) => String(tag).trim().toLowerCase()).filter(Boolean))];
  for (const tag of clean) if (!location.tags.has(tag)) location.tags.set(tag, location.newId());
  return clean;
}

export function nameOf(values: Values): string {
  return [values.firstName, values.lastName].filter(Boolean).join(" ");
}

export function viewContact(location: Location, row: Row): Values {
  const { values } = row;
  return {
    id: row.id,
    locationId: location.id,
    ...values,
    name: nameOf(values),
    ...(values.email ? { emailLowerCase: String(values.email).toLowerCase() } : {}),
    dateAdded: iso(row.addedAt),
    dateUpdated: iso(row.updatedAt),
  };
}
