import { z } from "zod";
import { hubspotV3Signature, type InboundChange, type InboundPart, type WebhookIntake } from "#connector-kit";
import { PlatformError } from "#core";

const id = z.union([z.string(), z.int()]).transform(String);

/** One event of the array. The documents call the type `subscriptionType`, one of their examples `eventType`. */
const Event = z.looseObject({
  portalId: id,
  subscriptionId: id.optional(),
  occurredAt: id.optional(),
  subscriptionType: z.string().optional(),
  eventType: z.string().optional(),
  objectId: id.optional(),
  objectTypeId: z.string().optional(),
  propertyName: z.string().optional(),
  propertyValue: z.string().nullish(),
  newObjectId: id.optional(),
  primaryObjectId: id.optional(),
  fromObjectId: id.optional(),
  toObjectId: id.optional(),
});
type Event = z.infer<typeof Event>;

const recordOfTypeId: Record<string, string> = { "0-1": "contact", "0-2": "company", "0-3": "deal" };
const records = ["contact", "company", "deal"];

export const webhooks: WebhookIntake = {
  signature: hubspotV3Signature(),
  routing: "account",
  answerWithinMs: 5_000,
  maxBodyBytes: 1_000_000, // 100 events of some 500 bytes, with room for long property values
  parse: parseBody,
  toChange,
};

function parseBody(body: string): InboundPart[] {
  const events = z.array(Event).safeParse(safeJson(body));
  if (!events.success) throw new PlatformError("request.invalid", "Expected HubSpot's array of events.");
  return events.data.map((event) => ({
    type: typeOf(event),
    dedupeKey: dedupeKey(event),
    accountId: event.portalId,
    body: JSON.stringify(event),
  }));
}

/** `eventId` is not unique, so the key is what the event says. A retry differs only in `attemptNumber`. */
function dedupeKey(event: Event): string {
  const { portalId, subscriptionId, objectId, occurredAt, propertyName, propertyValue, fromObjectId, toObjectId } =
    event;
  const parts = [portalId, subscriptionId, objectId, occurredAt, propertyName, propertyValue, fromObjectId, toObjectId];
  return JSON.stringify([typeOf(event), ...parts.map((part) => part ?? null)]);
}

/** Every event means the same: this record is worth reading again. After a merge that is the survivor. */
function toChange({ type, body }: { type: string; body: string }): InboundChange {
  const parsed = Event.safeParse(safeJson(body));
  if (!parsed.success) return { kind: "ignored", why: `${type} is no event of HubSpot's.` };
  const event = parsed.data;
  const [prefix = ""] = typeOf(event).split(".");
  const record = records.includes(prefix) ? prefix : recordOfTypeId[event.objectTypeId ?? ""];
  const externalId = event.newObjectId ?? event.primaryObjectId ?? event.objectId ?? event.fromObjectId;
  if (record === undefined) return { kind: "ignored", why: `We keep no records for ${typeOf(event)}.` };
  if (externalId === undefined) return { kind: "ignored", why: `${typeOf(event)} names no record.` };
  return { kind: "record_changed", record, externalId };
}

function typeOf({ subscriptionType, eventType }: Event): string {
  return subscriptionType ?? eventType ?? "unknown";
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
