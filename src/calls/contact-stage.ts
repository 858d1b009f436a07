import {
  type FieldMappings,
  type Match,
  mapCallFields,
  mapMessageFields,
  type Outcome,
  type Person,
  type Unit,
} from "#connector-kit";
import { PlatformError, toPlatformError } from "#core";
import { groupByPerson, type PersonGroup } from "./people.ts";
import { perform } from "./perform.ts";
import { lookAgain, record, rememberContact, type StageContext } from "./stage-context.ts";
import type { Subject } from "./subject.ts";
import type { Work } from "./work.ts";

type Group = PersonGroup<Work>;

const noIdentity = (kind: Subject["kind"]): Outcome => ({
  outcome: "skipped",
  reason: "no_identity",
  detail: `The ${kind} has neither a phone number nor an e-mail address, so it belongs to nobody in the CRM.`,
});

/** Finds or makes the contact of each unit: known from before, then at the provider, then new. */
export async function contactStage(context: StageContext, works: readonly Work[]): Promise<void> {
  if (!context.connector.actions.createContact) return;
  const open = works.filter((work) => !work.finished.has("contact"));
  for (const work of open) {
    const { kind, record: of } = work.subject;
    if (!of.customer_phone && !of.customer_email) record(context, work, "contact", noIdentity(kind));
  }
  const groups = groupByPerson(open);
  const known = groups.filter((group) => adoptKnown(context, group));
  const matched = await matchPeople(
    context,
    groups.filter((group) => !known.includes(group)),
  );
  const unmatched = groups.filter((group) => !known.includes(group) && !matched.includes(group));
  await createPeople(
    context,
    unmatched.filter(({ items }) => items.every(({ deferredBy }) => !deferredBy)),
  );
  await updatePeople(context, [...known, ...matched]);
}

function adoptKnown(context: StageContext, group: Group): boolean {
  const externalId = [...group.keys].map((key) => context.knownContacts.get(key)).find(Boolean);
  if (externalId) found(context, group, externalId, "Known from an earlier call or message.");
  return Boolean(externalId);
}

async function matchPeople(context: StageContext, groups: Group[]): Promise<Group[]> {
  const matcher = context.connector.actions.matchContacts;
  if (!matcher) return [];
  const matched: Group[] = [];
  for (let from = 0; from < groups.length; from += matcher.batchSize) {
    const batch = groups.slice(from, from + matcher.batchSize);
    const matches = await matcher
      .find(
        context.api,
        batch.map((group) => toUnit(context, group)),
      )
      .catch(toPlatformError);
    for (const group of batch) {
      if (matches instanceof PlatformError) fail(context, group, matches);
      else if (adoptMatch(context, group, matches.get(group.key))) matched.push(group);
    }
  }
  return matched;
}

function adoptMatch(context: StageContext, group: Group, match: Match | undefined): boolean {
  const externalId = match?.externalIds[0];
  if (!match || !externalId) return false;
  const by = match.by === "email" ? "e-mail" : "phone";
  const several =
    match.externalIds.length > 1
      ? ` ${match.externalIds.length} records share it; the one that fits best is used.`
      : "";
  found(context, group, externalId, `Found by ${by}.${several}`);
  return true;
}

async function createPeople(context: StageContext, groups: Group[]): Promise<void> {
  const action = context.connector.actions.createContact;
  if (!action) return;
  const startedAt = performance.now();
  const outcomes = await perform(
    context,
    "create_contact",
    action,
    groups.map((group) => toUnit(context, group)),
  );
  const durationMs = performance.now() - startedAt;
  for (const group of groups) {
    const outcome = outcomes.get(group.key) ?? unanswered;
    group.items.forEach((work, index) => {
      // The first call or message of a person made the contact; the others found it.
      const own: Outcome = outcome.outcome === "created" && index > 0 ? { ...outcome, outcome: "linked" } : outcome;
      record(context, work, "contact", own, durationMs);
    });
    if ("externalId" in outcome) rememberContact(context, group.keys, group.items, outcome.externalId);
  }
}

/** Mapped fields are written to a contact that was there before; a new one has them from the start. */
async function updatePeople(context: StageContext, groups: Group[]): Promise<void> {
  const action = context.connector.actions.updateContact;
  if (!action) return;
  const units = groups.flatMap((group) => {
    const contactId = group.items[0]?.contactId;
    const { key, input: person } = toUnit(context, group);
    return contactId && Object.keys(person.fields).length > 0 ? [{ key, input: { contactId, person } }] : [];
  });
  const outcomes = await perform(context, "update_contact", action, units);
  for (const group of groups) {
    const outcome = outcomes.get(group.key);
    if (outcome?.outcome !== "failed") continue;
    fail(context, group, outcome.error);
    if (outcome.error.code === "provider.not_found") for (const work of group.items) lookAgain(context, work);
  }
}

function found(context: StageContext, group: Group, externalId: string, detail: string): void {
  rememberContact(context, group.keys, group.items, externalId);
  for (const work of group.items) record(context, work, "contact", { outcome: "linked", externalId, detail });
}

function fail(context: StageContext, group: Group, error: PlatformError): void {
  for (const work of group.items) record(context, work, "contact", { outcome: "failed", error });
}

/** The person of a group: the latest one says most, what it leaves open an earlier one may say. */
function toUnit({ api }: StageContext, { key, items }: Group): Unit<Person> {
  const latestFirst = items.map(({ subject }) => subject).reverse();
  const records = latestFirst.map(({ record }) => record);
  return {
    key,
    input: {
      name: records.find(({ customer_name }) => customer_name)?.customer_name ?? null,
      phone: records.find(({ customer_phone }) => customer_phone)?.customer_phone ?? null,
      email: records.find(({ customer_email }) => customer_email)?.customer_email ?? null,
      fields: mappedFields(latestFirst, (api.connection.settings.field_mappings ?? {}) as FieldMappings),
    },
  };
}

/** What the latest call and the latest message map to; where both name a field, the later of the two counts. */
function mappedFields(latestFirst: readonly Subject[], mappings: FieldMappings): Record<string, unknown> {
  const kinds = new Set(latestFirst.map(({ kind }) => kind));
  const latest = [...kinds].flatMap((kind) => latestFirst.find((subject) => subject.kind === kind) ?? []);
  const mapped = latest.map((subject) =>
    subject.kind === "call" ? mapCallFields(subject.record, mappings) : mapMessageFields(subject.record, mappings),
  );
  return Object.assign({}, ...mapped.reverse());
}

const unanswered: Outcome = {
  outcome: "failed",
  error: new PlatformError("internal.assumption", "A write was left without an outcome."),
};
