import { type IdKind, PlatformError, toPublicId, tryParsePublicId } from "#core";
import { describeEvent, type Events, eventTypes, type StoredEvent } from "#events";
import { type Event, EventPage, EventQuery } from "../contract/events.ts";
import { toPageBody } from "../paging.ts";
import { defineRoute, type Route } from "../route.ts";
import { eventStreamRoute, type StreamDeps } from "./event-stream.ts";

/** What happened, as a list and as it happens. */
export function eventRoutes(deps: { events: Events } & StreamDeps): Route[] {
  const { events } = deps;
  return [
    defineRoute({
      method: "GET",
      path: "/v1/events",
      tag: "Events",
      summary: "List what happened",
      permission: "events:read",
      tenant: "required",
      audit: { none: "a read" },
      query: EventQuery,
      reply: { status: 200, description: "A page of events.", schema: EventPage },
      errors: ["request.invalid"],
      async handle({ tenantId, query }) {
        const { type, subject_id, cursor, limit } = query;
        if (type !== undefined && !describeEvent(type)) throw unknownType();
        const subjectId = subject_id === undefined ? undefined : subjectFrom(subject_id);
        if (subjectId === null) return { body: toPageBody({ data: [], nextCursor: null, prevCursor: null }, present) };
        const filter = { ...(type && { type }), ...(subjectId && { subjectId }) };
        const page = await events.list(tenantId, filter, { ...(cursor && { cursor }), limit });
        return { body: toPageBody(page, present) };
      },
    }),
    eventStreamRoute(deps, present),
  ];
}

function unknownType(): PlatformError {
  return new PlatformError("request.invalid", "There is no such type of event.", {
    errors: [{ pointer: "?type", code: "invalid_value", detail: `One of ${Object.keys(eventTypes).join(", ")}.` }],
  });
}

const subjectKinds = ["call", "message", "connection"] as const satisfies readonly IdKind[];

/** The bare id; null where the text is no id of anything that events are about. */
function subjectFrom(text: string): string | null {
  for (const kind of subjectKinds) {
    const id = tryParsePublicId(kind, text);
    if (id) return id;
  }
  return null;
}

function present(event: StoredEvent): Event {
  const { id, type, subjectKind, subjectId, payload, origin, createdAt } = event;
  const kind = subjectKinds.find((one) => one === subjectKind);
  const shown = Object.entries(describeEvent(type)?.ids ?? {}).flatMap(([field, of]) => {
    const uuid = tryParsePublicId(of, String(payload[field]));
    return uuid ? [[field, toPublicId(of, uuid)]] : [];
  });
  return {
    id: toPublicId("event", id),
    type,
    subject: { kind: subjectKind, id: kind && subjectId ? toPublicId(kind, subjectId) : subjectId },
    payload: { ...payload, ...Object.fromEntries(shown) },
    origin,
    created_at: createdAt.toISOString(),
  };
}
