import type { Id, TenantId } from "#core";
import type { LaneHandler } from "#jobs";
import { createInboundHandler, type HandleDeps } from "./handle.ts";
import type { InboundWebhooks } from "./inbound.ts";
import { createReceive, inboundLane, type ReceiveDeps } from "./receive.ts";
import { listEvents, requeueEvent } from "./store.ts";

/** Webhooks in: received, kept, handled, replayed. */
export function createInbound(deps: ReceiveDeps & HandleDeps): {
  inbound: InboundWebhooks;
  handlers: LaneHandler[];
  flushRefusals: () => Promise<void>;
} {
  const { db, lanes } = deps;
  const { receive, flushRefusals } = createReceive(deps);
  return {
    inbound: { receive, replay, list: (tenantId, filter, page) => listEvents(db, tenantId, filter, page) },
    handlers: [createInboundHandler(deps)],
    flushRefusals,
  };

  function replay(tenantId: TenantId, id: Id<"inboundEvent">): Promise<boolean> {
    return db.withTenant(tenantId, async (tx) => {
      const subjectId = await requeueEvent(tx, tenantId, id);
      if (subjectId) await lanes.wake(tx, [{ kind: inboundLane, subjectId, tenantId }]);
      return subjectId !== null;
    });
  }
}
