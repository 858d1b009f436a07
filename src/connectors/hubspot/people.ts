import type { Match, Person, ProviderApi, Unit } from "#connector-kit";
import { nationalNumber, normalizeEmail, toE164 } from "#core";
import { type Row, readBatch, search } from "./objects.ts";
import { settingsOf } from "./settings.ts";

const properties = ["email", "hs_additional_emails", "phone", "mobilephone"];
const maxSearchBody = 2_900; // HubSpot takes 3,000 characters; `after` comes on top
const maxPhonesPerSearch = 80;

/** Who HubSpot has for each person, by phone, else by e-mail. Oldest first; where phone and e-mail agree, that contact comes first. */
export async function findPeople(api: ProviderApi, people: readonly Unit<Person>[]): Promise<Map<string, Match>> {
  const phones = unique(people.map(({ input }) => input.phone));
  const emails = unique(people.map(({ input }) => input.email));
  const [byPhone, byEmail] = await Promise.all([findByPhone(api, phones), findByEmail(api, emails)]);
  const matches = new Map<string, Match>();
  for (const { key, input } of people) {
    const withPhone = (input.phone && byPhone.get(input.phone)) || [];
    const withEmail = (input.email && byEmail.get(input.email)) || [];
    const both = withPhone.filter((id) => withEmail.includes(id));
    if (withPhone.length > 0) matches.set(key, { externalIds: unique([...both, ...withPhone]), by: "phone" });
    else if (withEmail.length > 0) matches.set(key, { externalIds: withEmail, by: "email" });
  }
  return matches;
}

/** By e-mail through batch read, not search: it sees a contact the moment it exists, and costs no search. */
export async function findByEmail(api: ProviderApi, emails: readonly string[]): Promise<Map<string, string[]>> {
  const rows = emails.length === 0 ? [] : await readBatch(api, "contacts", emails, { idProperty: "email", properties });
  return group(rows, emailsOf);
}

/**
 * By phone through search, as many numbers per request as the body takes. The index holds numbers without their country
 * code, so a hit counts only when the number itself is the one we look for.
 */
export async function findByPhone(api: ProviderApi, phones: readonly string[]): Promise<Map<string, string[]>> {
  const country = settingsOf(api).default_country;
  const found = await Promise.all(phoneQueries(phones).map((query) => search(api, "contacts", query)));
  const rows = new Map(found.flat().map((row) => [row.id, row]));
  return group([...rows.values()], (row) =>
    [row.properties.phone, row.properties.mobilephone].map((phone) => toE164(phone, country)),
  );
}

/** The searches that cover all numbers, each within HubSpot's limits on a search body. */
export function phoneQueries(phones: readonly string[]) {
  const queries: ReturnType<typeof phoneQuery>[] = [];
  let values: string[] = [];
  for (const phone of phones) {
    const value = nationalNumber(phone);
    if (value === null) continue;
    const longer = [...values, value];
    const isFull = longer.length > maxPhonesPerSearch || JSON.stringify(phoneQuery(longer)).length > maxSearchBody;
    if (isFull) queries.push(phoneQuery(values));
    values = isFull ? [value] : longer;
  }
  return values.length === 0 ? queries : [...queries, phoneQuery(values)];
}

function phoneQuery(values: string[]) {
  const filter = (propertyName: string) => ({ filters: [{ propertyName, operator: "IN", values }] });
  return {
    filterGroups: [filter("hs_searchable_calculated_phone_number"), filter("hs_searchable_calculated_mobile_number")],
    properties,
  };
}

function emailsOf({ properties }: Row): (string | null)[] {
  const all = [properties.email, ...(properties.hs_additional_emails ?? "").split(";")];
  return all.map((email) => normalizeEmail(email));
}

/** Ids by key, oldest contact first. */
function group(rows: readonly Row[], keysOf: (row: Row) => (string | null)[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const row of rows.toSorted(byAge)) {
    for (const key of unique(keysOf(row))) groups.set(key, [...(groups.get(key) ?? []), row.id]);
  }
  return groups;
}

function byAge(a: Row, b: Row): number {
  return Date.parse(a.createdAt ?? "") - Date.parse(b.createdAt ?? "") || Number(a.id) - Number(b.id);
}

function unique<T>(items: readonly (T | null)[]): T[] {
  return [...new Set(items)].filter((item): item is T & {} => item !== null);
}
