import { type ConnectionView, defineStream, unreadable } from "#connector-kit";
import { type DealState, type Money, toMoney } from "#model";
import { objectLists } from "./object-lists.ts";
import { HubSpotObject, textOf, toInstant, toRecordFields } from "./values.ts";

const properties = [
  "dealname",
  "amount",
  "deal_currency_code",
  "pipeline",
  "dealstage",
  "closedate",
  "hs_is_closed",
  "hs_is_closed_won",
  "hubspot_owner_id",
];

export const deals = defineStream({
  name: "deals",
  record: "deal",
  item: HubSpotObject,
  scope: "crm.objects.deals.read",
  ...objectLists("deals", "hs_lastmodifieddate", properties),
  toRecord: (item, connection) => ({
    ...toRecordFields(item),
    name: textOf(item.properties.dealname),
    amount: toAmount(item.properties, connection),
    pipelineId: textOf(item.properties.pipeline),
    stageId: textOf(item.properties.dealstage),
    state: toState(item.properties),
    closesAt: toInstant(item.properties.closedate, "closedate"),
    ownerId: textOf(item.properties.hubspot_owner_id),
  }),
});

/** Only accounts with several currencies write one into each deal; elsewhere it is the account's, which set-up learned. */
function toAmount(properties: HubSpotObject["properties"], { state }: ConnectionView): Money | null {
  const amount = textOf(properties.amount);
  if (amount === null) return null;
  const currency = textOf(properties.deal_currency_code) ?? state.currency;
  if (typeof currency !== "string") {
    throw unreadable("the account's currency is not known; reconnect with a sign-in that may read account details");
  }
  try {
    return toMoney(amount, currency);
  } catch (cause) {
    throw unreadable("amount is no amount of its currency", cause);
  }
}

function toState({ hs_is_closed, hs_is_closed_won }: HubSpotObject["properties"]): DealState {
  if (hs_is_closed_won === "true") return "won";
  return hs_is_closed === "true" ? "lost" : "open";
}
