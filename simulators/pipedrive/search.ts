import type { Company } from "./company.ts";
import { badParameter } from "./errors.ts";
import { type FieldOwner, searchableTypes } from "./fields.ts";
import type { Row, Table, Values } from "./table.ts";
import type { World } from "./world.ts";

export const itemTypes = ["person", "organization", "deal", "lead"] as const;
export type ItemType = (typeof itemTypes)[number];
export type Match = "exact" | "beginning" | "middle";

export const fieldsOf: Record<ItemType, readonly string[]> = {
  person: ["custom_fields", "email", "notes", "phone", "name"],
  organization: ["address", "custom_fields", "notes", "name"],
  deal: ["custom_fields", "notes", "title"],
  lead: ["custom_fields", "notes", "email", "organization_name", "person_name", "phone", "title"],
};

const tableOf = { person: "persons", organization: "organizations", deal: "deals", lead: "leads" } as const;
const linkOf = { person: "person_id", organization: "org_id", deal: "deal_id", lead: "lead_id" } as const;

interface Question {
  term: string;
  exact: boolean;
  fields: readonly string[];
}

/** Records whose searched fields hold every word of the term, or are the term itself; the best first. */
export function findItems(world: World, company: Company, types: readonly ItemType[], question: Question) {
  return types
    .flatMap((type) =>
      indexed(world, company.tables[tableOf[type]]).flatMap((row) => {
        const score = scoreOf(world, company, type, row, question);
        return score === 0 ? [] : [{ result_score: score, item: viewItem(company, type, row), row }];
      }),
    )
    .sort((a, b) => b.result_score - a.result_score);
}

/** Values of one field, case and all. */
export function searchField(
  world: World,
  company: Company,
  { type, field, term, match }: { type: ItemType; field: string; term: string; match: Match },
) {
  const known = type === "lead" ? [] : company.fields[type];
  const found = known.find(({ field_code }) => field_code === field);
  if (!found) throw badParameter("field", `${field} does not exist`);
  if (found.is_custom_field && !searchableTypes.has(found.field_type)) {
    throw badParameter("field", `fields of type ${found.field_type} cannot be searched`);
  }
  const hits = (text: string) =>
    match === "exact" ? text === term : match === "beginning" ? text.startsWith(term) : text.includes(term);
  return indexed(world, company.tables[tableOf[type]])
    .filter((row) => textsOf(row.custom[field] ?? row.values[field]).some(hits))
    .map((row) => ({ id: row.id, name: row.values.name ?? row.values.title }));
}

function indexed({ base, searchIndexLagMs }: World, table: Table): Row[] {
  return table.live().filter(({ madeAt }) => madeAt + searchIndexLagMs <= base.clock.now());
}

function scoreOf(world: World, company: Company, type: ItemType, row: Row, { term, exact, fields }: Question): number {
  const wanted = term.toLowerCase();
  const words = wanted.split(/\s+/);
  let best = 0;
  for (const name of fields) {
    for (const text of searchTexts(company, type, row, name)) {
      const held = text.toLowerCase();
      if (held === wanted) best = Math.max(best, 1);
      else if (!exact && words.every((word) => held.includes(word))) {
        best = Math.max(best, Math.round((wanted.length / held.length) * 5_000) / 10_000);
      } else if (!exact && name === "phone" && world.phoneSearch === "digits" && sameDigits(held, wanted)) {
        best = Math.max(best, 0.4);
      }
    }
  }
  return best;
}

function sameDigits(held: string, wanted: string): boolean {
  const digits = wanted.replace(/\D/g, "");
  return digits.length >= 2 && held.replace(/\D/g, "").includes(digits);
}

function searchTexts(company: Company, type: ItemType, row: Row, name: string): string[] {
  const { values } = row;
  switch (name) {
    case "name":
    case "title":
      return textsOf(values[name]);
    case "email":
    case "phone": {
      const owner = type === "lead" ? company.tables.persons.get(Number(values.person_id ?? 0)) : row;
      return textsOf(owner?.values[`${name}s`]);
    }
    case "address":
      return textsOf(values.address);
    case "person_name":
      return textsOf(company.tables.persons.get(Number(values.person_id ?? 0))?.values.name);
    case "organization_name":
      return textsOf(company.tables.organizations.get(Number(values.organization_id ?? 0))?.values.name);
    case "notes":
      return notesOf(company, type, row);
    case "custom_fields":
      return customTexts(company, type, row);
    default:
      return [];
  }
}

function notesOf(company: Company, type: ItemType, row: Row): string[] {
  return company.tables.notes
    .live()
    .filter(({ values }) => values[linkOf[type]] === row.id)
    .map(({ values }) => String(values.content).replace(/<[^>]*>/g, " "));
}

function customTexts(company: Company, type: ItemType, row: Row): string[] {
  const owner: FieldOwner = type === "lead" ? "deal" : type;
  return company.fields[owner]
    .filter(({ field_code, field_type }) => searchableTypes.has(field_type) && row.custom[field_code] !== undefined)
    .flatMap(({ field_code }) => textsOf(row.custom[field_code]));
}

function textsOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return typeof value === "object" ? textsOf((value as Values).value) : [String(value)];
}

function viewItem(company: Company, type: ItemType, row: Row): Values {
  const { values } = row;
  const person = company.tables.persons.get(Number(values.person_id ?? 0));
  const organization = company.tables.organizations.get(Number(values.org_id ?? values.organization_id ?? 0));
  const base = {
    id: row.id,
    type,
    visible_to: Number(values.visible_to),
    owner: { id: values.owner_id },
    custom_fields: customTexts(company, type, row),
    notes: notesOf(company, type, row),
  };
  const linkedOrganization = organization
    ? { id: organization.id, name: organization.values.name, address: textsOf(organization.values.address)[0] ?? null }
    : null;
  if (type === "organization") return { ...base, name: values.name, address: textsOf(values.address)[0] ?? null };
  if (type === "person") {
    // Plain texts here, objects everywhere else.
    const lists = { phones: textsOf(values.phones), emails: textsOf(values.emails) };
    return { ...base, name: values.name, ...lists, organization: linkedOrganization };
  }
  const linked = {
    title: values.title,
    person: person ? { id: person.id, name: person.values.name } : null,
    organization: linkedOrganization,
    is_archived: values.is_archived === true,
  };
  if (type === "lead") {
    const worth = (values.value ?? {}) as Values;
    const lists = { phones: textsOf(person?.values.phones), emails: textsOf(person?.values.emails) };
    return { ...base, ...linked, ...lists, value: worth.amount ?? null, currency: worth.currency ?? null };
  }
  const stage = company.tables.stages.get(Number(values.stage_id ?? 0));
  const { value, currency, status } = values;
  return {
    ...base,
    ...linked,
    value,
    currency,
    status,
    stage: stage ? { id: stage.id, name: stage.values.name } : null,
  };
}
