import type { Action, ContactUpdateInput, Outcome } from "#connector-kit";
import { batchSize, updateBatch } from "../objects.ts";
import { toProperties } from "../values.ts";

/** Writes the mapped fields and nothing else: a name or number that people keep in HubSpot stays theirs. */
export const updateContact: Action<ContactUpdateInput> = {
  batchSize,
  identity: { kind: "upsert" },
  async perform(api, units) {
    // HubSpot refuses a batch that names a contact twice: the later call's values win, as they would one by one.
    const properties = new Map<string, Record<string, string>>();
    for (const { input } of units) {
      const fields = toProperties(input.person.fields);
      if (Object.keys(fields).length === 0) continue;
      properties.set(input.contactId, { ...properties.get(input.contactId), ...fields });
    }
    const records = [...properties].map(([id, properties]) => ({ id, properties }));
    const written = records.length === 0 ? [] : await updateBatch(api, "contacts", records);
    const outcomes = new Map(records.map(({ id }, index) => [id, written[index]]));
    return units.map(({ input: { contactId, person } }): Outcome => {
      const result = Object.keys(person.fields).length === 0 ? undefined : outcomes.get(contactId);
      if (result === undefined) return { outcome: "unchanged", externalId: contactId };
      // A merged contact answers with its survivor's id.
      if ("row" in result) return { outcome: "updated", externalId: result.row.id };
      return { outcome: "failed", error: result.error };
    });
  },
};
