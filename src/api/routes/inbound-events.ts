import { toPublicId } from "#core";
import type { InboundEventView, InboundWebhooks } from "#webhooks";
import { IdParams } from "../contract/common.ts";
import { type InboundEvent, InboundEventPage, InboundEventQuery, InboundReplayed } from "../contract/inbound-events.ts";
import { toPageBody } from "../paging.ts";
import { defineRoute, type Route } from "../route.ts";
import { idFrom, notFound, shown } from "./common.ts";

/** What providers told us. */
export function inboundEventRoutes({ inbound }: { inbound: Pick<InboundWebhooks, "list" | "replay"> }): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/v1/inbound-events",
      tag: "Inbound events",
      summary: "List what providers told us",
      permission: "inbound:read",
      tenant: "required",
      audit: { none: "a read" },
      query: InboundEventQuery,
      reply: { status: 200, description: "A page of inbound events.", schema: InboundEventPage },
      errors: ["request.invalid"],
      async handle({ tenantId, query }) {
        const { connection_id, state, cursor, limit } = query;
        const filter = {
          ...(connection_id && { connectionId: idFrom("connection", connection_id) }),
          ...(state && { state }),
        };
        const page = await inbound.list(tenantId, filter, { ...(cursor && { cursor }), limit });
        return { body: toPageBody(page, present) };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/v1/inbound-events/{id}/replay",
      tag: "Inbound events",
      summary: "Handle a stored event again",
      permission: "inbound:write",
      tenant: "required",
      audit: { action: "inbound_event.replayed", subject: "inbound_event" },
      params: IdParams,
      reply: { status: 202, description: "It will be handled again.", schema: InboundReplayed },
      errors: ["request.not_found"],
      async handle({ tenantId, params }) {
        const id = idFrom("inboundEvent", params.id);
        if (!(await inbound.replay(tenantId, id))) throw notFound("inbound event");
        const publicId = toPublicId("inboundEvent", id);
        return { body: { id: publicId, state: "queued" }, audit: { subjectId: publicId } };
      },
    }),
  ];
}

function present(event: InboundEventView): InboundEvent {
  const { id, connection_id, provider, type, verdict, state, effect, reason, detail, attempts } = event;
  return {
    id: toPublicId("inboundEvent", id),
    connection_id: shown("connection", connection_id),
    provider,
    type,
    verdict,
    state,
    effect,
    reason,
    detail,
    attempts,
    received_at: event.received_at,
    finished_at: event.finished_at,
  };
}
