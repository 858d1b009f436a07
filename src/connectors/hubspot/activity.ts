import { type Action, type Outcome, type ProviderApi, readReference, type Unit } from "#connector-kit";
import { contactIsGone, readContacts } from "./missing-contacts.ts";
import { batchSize, createBatch, type NewRecord, readAssociations, readBatch, type Written } from "./objects.ts";
import { type HubSpotSettings, settingsOf } from "./settings.ts";

/** hs_note_body: developers.hubspot.com/docs/api-reference/crm-notes-v3/guide */
export const maxNoteLength = 65_536;

interface OnContact {
  contactId: string | null;
}

/** Something that hangs on a contact and carries our reference to a call or a message: a note, a meeting, a deal. */
export interface ActivityDescription<Input extends OnContact> {
  type: "notes" | "meetings" | "deals";
  /** HubSpot's own association type from this record to a contact. */
  associationTypeId: number;
  /** The line by which the record is recognised. */
  reference(input: Input): string;
  /** The property that holds it. */
  referenceProperty: string;
  /** Whether the settings ask for it at all; always when absent. */
  isOn?(settings: HubSpotSettings): boolean;
  /** Why this one gets none; null when it does. */
  skip(input: Input, settings: HubSpotSettings): { reason: string; detail: string } | null;
  properties(input: Input, settings: HubSpotSettings): Record<string, string>;
}

/** Creates the records in batches, each associated with its contact in the same request. */
export function activityAction<Input extends OnContact>(description: ActivityDescription<Input>): Action<Input> {
  return {
    batchSize,
    isOn: (api) => description.isOn?.(settingsOf(api)) ?? true,
    identity: {
      kind: "probe",
      find: (api, units) => findWritten(api, units, description),
      settleMs: () => 0, // reads by id and association see a write at once
    },
    async perform(api, units) {
      const settings = settingsOf(api);
      const skips = units.map(({ input }) => whySkip(input, settings, description));
      const wanted = units.filter((_, index) => skips[index] === null);
      const records = wanted.map(({ input }) => toRecord(input, settings, description));
      const written = records.length === 0 ? [] : await createBatch(api, description.type, records);
      await nameMissingContacts(api, wanted, written);
      const byKey = new Map(wanted.map(({ key }, index) => [key, written[index]]));
      return units.map(({ key }, index) => {
        const skip = skips[index];
        return skip ? { outcome: "skipped", ...skip } : toOutcome(byKey.get(key) as Written);
      });
    },
  };
}

/**
 * Whether HubSpot refused the content, or only has the contact no more: its refusal of an association says that in no
 * documented way, so we look.
 */
async function nameMissingContacts(
  api: ProviderApi,
  units: readonly Unit<OnContact>[],
  written: Written[],
): Promise<void> {
  const refused = units.filter((_, index) => isRefused(written[index]));
  if (refused.length === 0) return;
  const contacts = await readContacts(
    api,
    refused.map(({ input }) => input.contactId),
    ["hs_object_id"],
  );
  units.forEach(({ input }, index) => {
    if (!isRefused(written[index]) || contacts.has(input.contactId ?? "")) return;
    written[index] = { error: contactIsGone(), isConflict: false, existing: null };
  });
}

function isRefused(written: Written | undefined): boolean {
  return written !== undefined && "error" in written && written.error.code === "provider.validation";
}

function whySkip<Input extends OnContact>(
  input: Input,
  settings: HubSpotSettings,
  { skip }: ActivityDescription<Input>,
) {
  if (input.contactId === null) return { reason: "no_contact", detail: "There is no contact to attach it to." };
  return skip(input, settings);
}

function toRecord<Input extends OnContact>(
  input: Input,
  settings: HubSpotSettings,
  description: ActivityDescription<Input>,
): NewRecord {
  const { associationTypeId } = description;
  return {
    properties: {
      ...description.properties(input, settings),
      ...(settings.owner_id ? { hubspot_owner_id: settings.owner_id } : {}),
    },
    associations: [
      { to: { id: input.contactId ?? "" }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId }] },
    ],
  };
}

function toOutcome(written: Written): Outcome {
  if ("row" in written) return { outcome: "created", externalId: written.row.id };
  return { outcome: "failed", error: written.error };
}

/** Which units have their record: the contact's records of this type, newest first, until each unit is found. */
async function findWritten<Input extends OnContact>(
  api: ProviderApi,
  units: readonly Unit<Input>[],
  { type, reference, referenceProperty }: ActivityDescription<Input>,
): Promise<Map<string, string>> {
  const contactIds = units.flatMap(({ input }) => (input.contactId === null ? [] : [input.contactId]));
  const associated = await readAssociations(api, "contacts", type, contactIds);
  const ids = [...new Set([...associated.values()].flat())].sort((a, b) => Number(b) - Number(a));
  const keys = new Map(units.map(({ key, input }) => [reference(input), key]));
  const found = new Map<string, string>();
  for (let start = 0; start < ids.length && found.size < units.length; start += batchSize) {
    const page = ids.slice(start, start + batchSize);
    for (const row of await readBatch(api, type, page, { properties: [referenceProperty] })) {
      const key = keys.get(readReference(row.properties[referenceProperty] ?? "") ?? "");
      if (key !== undefined) found.set(key, row.id);
    }
  }
  return found;
}
