import type { Action, Outcome, Person, ProviderApi, Unit } from "#connector-kit";
import { findByMarker, hasMarker, markerProperty } from "../marker.ts";
import { batchSize, createBatch, type Written } from "../objects.ts";
import { findPeople } from "../people.ts";
import { type HubSpotSettings, settingsOf } from "../settings.ts";
import { toProperties } from "../values.ts";

// Integrators wait 10 s for a created record to show up in search and 60 s for a changed one; a little more than both.
const searchLagMs = 65_000;

export const createContact: Action<Person> = {
  batchSize,
  identity: {
    kind: "marker",
    find: findCreated,
    settleMs: (api) => (hasMarker(api) ? 0 : searchLagMs),
  },
  async perform(api, units) {
    const settings = settingsOf(api);
    const marked = hasMarker(api);
    const written = await createBatch(
      api,
      "contacts",
      units.map((unit) => ({ properties: toContact(unit, settings, marked) })),
    );
    const conflicts = units.filter((_, index) => needsLookup(written[index]));
    const existing = conflicts.length === 0 ? new Map<string, string>() : await findCreated(api, conflicts);
    return units.map((unit, index) => toOutcome(written[index] as Written, existing.get(unit.key)));
  },
};

async function findCreated(api: ProviderApi, units: readonly Unit<Person>[]): Promise<Map<string, string>> {
  if (hasMarker(api))
    return findByMarker(
      api,
      units.map(({ key }) => key),
    );
  const matches = await findPeople(api, units);
  return new Map(
    [...matches].flatMap(
      ([
        key,
        {
          externalIds: [id],
        },
      ]) => (id === undefined ? [] : [[key, id]]),
    ),
  );
}

/** A person as a HubSpot contact. Mapped fields come last: what the connection maps is what it wants. */
function toContact({ key, input }: Unit<Person>, settings: HubSpotSettings, marked: boolean): Record<string, string> {
  return {
    ...toName(input),
    ...(input.email ? { email: input.email } : {}),
    ...(input.phone ? { phone: input.phone } : {}),
    ...(settings.owner_id ? { hubspot_owner_id: settings.owner_id } : {}),
    ...toProperties(input.fields),
    ...(marked ? { [markerProperty]: key } : {}),
  };
}

function toName({ name, email, phone }: Person): Record<string, string> {
  const [first, ...rest] = (name ?? "").trim().split(/\s+/);
  if (first) return { firstname: first, ...(rest.length > 0 ? { lastname: rest.join(" ") } : {}) };
  // HubSpot refuses a contact without e-mail and name; the number is what people would look for.
  return email === null && phone !== null ? { lastname: phone } : {};
}

function needsLookup(written: Written | undefined): boolean {
  return written !== undefined && "error" in written && written.isConflict && written.existing === null;
}

function toOutcome(written: Written, found: string | undefined): Outcome {
  if ("row" in written) return { outcome: "created", externalId: written.row.id };
  const externalId = written.isConflict ? (written.existing ?? found) : undefined;
  if (externalId === undefined) return { outcome: "failed", error: written.error };
  return { outcome: "linked", externalId, detail: "HubSpot already had a contact with this unique value." };
}
