import { z } from "zod";
import type { ProviderApi } from "#connector-kit";
import { toPlatformError } from "#core";
import { markerProperty } from "./marker.ts";
import { parse, version } from "./objects.ts";

const AccountDetails = z.object({
  portalId: z.union([z.string(), z.int()]).transform(String),
  accountType: z.string().default("STANDARD"),
  uiDomain: z.string().default("app.hubspot.com"),
  timeZone: z.string().optional(),
  companyCurrency: z.string().optional(),
});
const Property = z.object({ hasUniqueValue: z.boolean().default(false), archived: z.boolean().default(false) });

export async function readAccount(api: ProviderApi): Promise<z.infer<typeof AccountDetails>> {
  const { body } = await api.send({ method: "GET", path: `/account-info/${version}/details`, effect: "read" });
  return parse(AccountDetails, body, "read");
}

/** What the connection keeps: where records are shown, and whether our marker property is there. */
export async function setUp(api: ProviderApi): Promise<Record<string, unknown>> {
  const [account, marker] = await Promise.all([readAccountIfPermitted(api), makeMarker(api)]);
  return {
    marker,
    ...(account && {
      portal_id: account.portalId,
      ui_domain: account.uiDomain,
      time_zone: account.timeZone ?? null,
      currency: account.companyCurrency ?? null,
    }),
  };
}

/** A token may know contacts and not the account; links to records, and the amounts of deals, suffer from that. */
async function readAccountIfPermitted(api: ProviderApi) {
  return readAccount(api).catch((error) => {
    if (toPlatformError(error).code === "provider.permission") return null;
    throw error;
  });
}

/**
 * Makes the unique property `tieline_key`, or sees that it is there. A sign-in without `crm.schemas.contacts.write`, or an
 * account that has its ten unique properties already, does without: contacts are then recognised by phone and e-mail.
 */
async function makeMarker(api: ProviderApi): Promise<boolean> {
  const refusals = [400, 403, 404, 405, 409];
  const { status } = await api
    .send({
      method: "POST",
      path: `/crm/properties/${version}/contacts`,
      json: {
        name: markerProperty,
        label: "Tieline key",
        description:
          "Recognises contacts that Tieline created, so that none is created twice. Please leave it as it is.",
        groupName: "contactinformation",
        type: "string",
        fieldType: "text",
        hasUniqueValue: true,
        formField: false,
      },
      effect: "write",
      accept: refusals,
    })
    .catch((error) => {
      // Not known whether it was made; reading tells.
      if (toPlatformError(error).code === "provider.ambiguous") return { status: 409 };
      throw error;
    });
  return refusals.includes(status) ? isMarkerThere(api) : true;
}

async function isMarkerThere(api: ProviderApi): Promise<boolean> {
  const { status, body } = await api.send({
    method: "GET",
    path: `/crm/properties/${version}/contacts/${markerProperty}`,
    effect: "read",
    accept: [400, 403, 404, 405],
  });
  if (status !== 200) return false;
  const { hasUniqueValue, archived } = parse(Property, body, "read");
  return hasUniqueValue && !archived;
}
