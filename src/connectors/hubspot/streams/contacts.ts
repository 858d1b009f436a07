import { defineStream } from "#connector-kit";
import { normalizeEmail, toE164 } from "#core";
import { settingsOf } from "../settings.ts";
import { objectLists } from "./object-lists.ts";
import { addressProperties, HubSpotObject, listOf, textOf, toAddress, toRecordFields } from "./values.ts";

// Contacts are the one object whose date of change has no prefix.
const lists = objectLists("contacts", "lastmodifieddate", [
  "firstname",
  "lastname",
  "email",
  "hs_additional_emails",
  "phone",
  "mobilephone",
  "company",
  ...addressProperties,
  "hubspot_owner_id",
]);

export const contacts = defineStream({
  name: "contacts",
  record: "contact",
  item: HubSpotObject,
  scope: "crm.objects.contacts.read",
  ...lists,
  toRecord(item, connection) {
    const { properties } = item;
    const country = settingsOf({ connection }).default_country;
    const [firstName, lastName] = [textOf(properties.firstname), textOf(properties.lastname)];
    return {
      ...toRecordFields(item),
      fullName: textOf([firstName, lastName].filter((name) => name !== null).join(" ")),
      firstName,
      lastName,
      email: normalizeEmail(properties.email),
      otherEmails: listOf(properties.hs_additional_emails).flatMap((email) => normalizeEmail(email) ?? []),
      phone: toE164(properties.phone, country),
      mobilePhone: toE164(properties.mobilephone, country),
      companyName: textOf(properties.company),
      address: toAddress(properties),
      ownerId: textOf(properties.hubspot_owner_id),
    };
  },
});
