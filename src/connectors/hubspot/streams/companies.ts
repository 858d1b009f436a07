import { defineStream } from "#connector-kit";
import { toE164 } from "#core";
import { settingsOf } from "../settings.ts";
import { objectLists } from "./object-lists.ts";
import { addressProperties, HubSpotObject, textOf, toAddress, toRecordFields } from "./values.ts";

const properties = ["name", "domain", "phone", ...addressProperties, "hubspot_owner_id"];

export const companies = defineStream({
  name: "companies",
  record: "company",
  item: HubSpotObject,
  scope: "crm.objects.companies.read",
  ...objectLists("companies", "hs_lastmodifieddate", properties),
  toRecord: (item, connection) => ({
    ...toRecordFields(item),
    name: textOf(item.properties.name),
    domain: textOf(item.properties.domain)?.toLowerCase() ?? null,
    phone: toE164(item.properties.phone, settingsOf({ connection }).default_country),
    address: toAddress(item.properties),
    ownerId: textOf(item.properties.hubspot_owner_id),
  }),
});
