import { defineConnector, type LimitBucket } from "#connector-kit";
import { appointment } from "./actions/appointment.ts";
import { createContact } from "./actions/create-contact.ts";
import { deal } from "./actions/deal.ts";
import { matchContacts } from "./actions/match-contacts.ts";
import { message } from "./actions/message.ts";
import { note } from "./actions/note.ts";
import { updateContact } from "./actions/update-contact.ts";
import { workflow } from "./actions/workflow.ts";
import { checks } from "./checks.ts";
import { classify } from "./errors.ts";
import { recordUrl } from "./record-url.ts";
import { readAccount, setUp } from "./set-up.ts";
import { HubSpotSettings } from "./settings.ts";
import { companies } from "./streams/companies.ts";
import { contacts } from "./streams/contacts.ts";
import { deals } from "./streams/deals.ts";
import { owners } from "./streams/owners.ts";
import { webhooks } from "./webhooks.ts";

// https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
// Bursts of 3 % leave the governor its pace of 95 % of each limit.
const limits: LimitBucket[] = [
  {
    name: "oauth",
    auth: "oauth2",
    isDefault: true,
    scope: "account",
    requests: 110,
    perMs: 10_000,
    burst: 3,
    remaining,
  },
  // Professional and Enterprise. Free and Starter accounts have 100: the answers' headers correct the budget.
  {
    name: "token",
    auth: "api_key",
    isDefault: true,
    scope: "account",
    requests: 190,
    perMs: 10_000,
    burst: 6,
    remaining,
  },
  // All objects together, outside the other budgets; its answers carry no headers.
  { name: "search", isDefault: false, scope: "account", requests: 5, perMs: 1_000, burst: 1 },
];

export const hubspot = defineConnector({
  id: "hubspot",
  name: "HubSpot",
  summary: "Every call on its contact's timeline: contact, note, meeting, deal and workflow.",
  links: { documentation: "https://developers.hubspot.com/docs/api-reference", app: "https://app.hubspot.com" },
  hosts: { api: "https://api.hubapi.com", auth: "https://app.hubspot.com" },
  auth: [
    {
      kind: "oauth2",
      authorizePath: "/oauth/authorize",
      tokenPath: "/oauth/2026-03/token",
      clientAuth: "form",
      pkce: false,
      refreshTokens: "reusable",
      scopes: {
        required: ["oauth", "crm.objects.contacts.read", "crm.objects.contacts.write"],
        optional: [
          "crm.schemas.contacts.write",
          "crm.objects.companies.read",
          "crm.objects.deals.read",
          "crm.objects.deals.write",
          "crm.objects.owners.read",
          "automation",
        ],
      },
      account: ({ hub_id, scopes }) =>
        hub_id === undefined || hub_id === null
          ? null
          : { id: String(hub_id), ...(Array.isArray(scopes) ? { scopes: scopes.map(String) } : {}) },
      revoke: { path: "/oauth/2026-03/token/revoke" },
    },
    {
      kind: "api_key",
      fields: [
        {
          name: "access_token",
          label: "Access token",
          hint: "HubSpot → Settings → Integrations → Service keys or Legacy apps; it starts with pat-.",
          secret: true,
        },
      ],
      headers: ({ access_token }) => ({ authorization: `Bearer ${access_token}` }),
    },
  ],
  limits,
  classify,
  settings: HubSpotSettings,
  async account(api) {
    const { portalId, accountType } = await readAccount(api);
    const kind = accountType === "STANDARD" ? "" : ` (${accountType.toLowerCase().replaceAll("_", " ")})`;
    return { id: portalId, name: `HubSpot account ${portalId}${kind}` };
  },
  setUp,
  checks,
  actions: { matchContacts, createContact, updateContact, note, appointment, deal, workflow, message },
  streams: [contacts, companies, deals, owners],
  webhooks,
  recordUrl,
  afterDisconnect: "Contacts, notes, meetings and deals stay in HubSpot, and so does the contact property tieline_key.",
});

function remaining(headers: Headers): { remaining: number; resetMs: number } | null {
  const left = headers.get("x-hubspot-ratelimit-remaining");
  const interval = headers.get("x-hubspot-ratelimit-interval-milliseconds");
  if (left === null || !/^\d+$/.test(left)) return null;
  return { remaining: Number(left), resetMs: Number(interval) || 10_000 };
}
