import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type ConnectionCheck, type ProviderApi, toFieldRules } from "#connector-kit";
import { PlatformError } from "#core";
import { hasMarker, markerProperty } from "./marker.ts";
import { createBatch, parse, version } from "./objects.ts";
import { settingsOf } from "./settings.ts";

const Results = z.object({ results: z.array(z.unknown()) });
const Properties = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      modificationMetadata: z.object({ readOnlyValue: z.boolean().default(false) }).nullish(),
    }),
  ),
});
const Pipelines = z.object({
  results: z.array(z.object({ id: z.string(), stages: z.array(z.object({ id: z.string() })).default([]) })),
});

export const checks: ConnectionCheck[] = [
  {
    id: "read_contact",
    label: "Read one contact",
    scope: "crm.objects.contacts.read",
    async run(api) {
      const { results } = await get(api, `/crm/objects/${version}/contacts`, Results, { limit: 1 });
      return results.length > 0 ? "A contact was read." : "The account has no contacts yet.";
    },
  },
  {
    id: "mapped_fields",
    label: "Fields of the mapping",
    scope: "crm.objects.contacts.read",
    async run(api) {
      const { results } = await get(api, `/crm/properties/${version}/contacts`, Properties);
      const writable = new Set(results.filter((p) => !p.modificationMetadata?.readOnlyValue).map(({ name }) => name));
      const wanted = toFieldRules(settingsOf(api).field_mappings).map((rule) => rule.provider_field);
      const absent = wanted.filter((name) => !writable.has(name));
      if (absent.length > 0) throw refused(`HubSpot has no writable contact property named ${absent.join(", ")}.`);
      return `${results.length} contact properties, ${wanted.length} of them mapped.`;
    },
  },
  {
    id: "marker",
    label: "Marker property for contacts",
    async run(api) {
      if (hasMarker(api)) return `Contacts carry ${markerProperty}.`;
      return "Not there, so an unanswered write is looked up by phone and e-mail after a minute. Grant crm.schemas.contacts.write and reconnect to change that.";
    },
  },
  {
    id: "owners",
    label: "Read owners",
    scope: "crm.objects.owners.read",
    async run(api) {
      const { owner_id } = settingsOf(api);
      if (owner_id) {
        await get(api, `/crm/owners/${version}/${encodeURIComponent(owner_id)}`, z.unknown());
        return "The owner of the settings exists.";
      }
      const { results } = await get(api, `/crm/owners/${version}`, Results, { limit: 1 });
      return results.length > 0 ? "Owners can be read; none is set." : "The account has no owners.";
    },
  },
  {
    id: "pipelines",
    label: "Read deal pipelines",
    scope: "crm.objects.deals.read",
    async run(api) {
      const { results } = await get(api, `/crm/pipelines/${version}/deals`, Pipelines);
      const { pipeline_id, default_stage_id } = settingsOf(api);
      if (!pipeline_id || !default_stage_id) return `${results.length} pipelines; none is set, so no deals are made.`;
      const stages = results.find(({ id }) => id === pipeline_id)?.stages ?? [];
      if (!stages.some(({ id }) => id === default_stage_id)) {
        throw refused("The account has no such pipeline and stage; correct pipeline_id and default_stage_id.");
      }
      return "The pipeline and stage of the settings exist.";
    },
  },
  {
    id: "write_contact",
    label: "Create and delete a contact",
    scope: "crm.objects.contacts.write",
    writes: true,
    run: probeWrite,
  },
];

async function probeWrite(api: ProviderApi): Promise<string> {
  const key = `probe:${randomUUID()}`;
  const properties = {
    firstname: "Tieline",
    lastname: "connection test",
    ...(hasMarker(api) ? { [markerProperty]: key } : {}),
  };
  const [written] = await createBatch(api, "contacts", [{ properties }]);
  if (!written || "error" in written) throw written?.error ?? refused("HubSpot answered nothing.");
  await api.send({ method: "DELETE", path: `/crm/objects/${version}/contacts/${written.row.id}`, effect: "write" });
  return "A test contact was created and deleted again; it stays in HubSpot's recycle bin for 90 days.";
}

async function get<Schema extends z.ZodType>(
  api: ProviderApi,
  path: string,
  schema: Schema,
  query?: Record<string, number>,
): Promise<z.infer<Schema>> {
  const { body } = await api.send({ method: "GET", path, ...(query ? { query } : {}), effect: "read" });
  return parse(schema, body, "read");
}

function refused(detail: string): PlatformError {
  return new PlatformError("settings.invalid", detail);
}
