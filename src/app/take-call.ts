import type { Calls } from "#calls";
import { PlatformError, type TenantId } from "#core";
import type { CompletedCall } from "#model";

/** A call that a webhook brought, handed to the calls capability; answers what became of it, in one sentence. */
export function createTakeCall(calls: Pick<Calls, "accept">) {
  return async function takeCall(
    tenantId: TenantId,
    call: CompletedCall,
    fallbackAgentId: string | null,
  ): Promise<string> {
    let answer = await calls.accept(tenantId, call, "retell");
    // The provider's agent may have no counterpart here; the connection's own agent then speaks for it.
    const isUnknownAgent = answer.status === "refused" && answer.errors?.some(({ code }) => code === "unknown_agent");
    if (isUnknownAgent && fallbackAgentId)
      answer = await calls.accept(tenantId, { ...call, agent_id: fallbackAgentId }, "retell");
    switch (answer.status) {
      case "accepted":
        return `Call ${answer.callId} was taken and goes to ${answer.routedTo} connection${answer.routedTo === 1 ? "" : "s"}.`;
      case "duplicate":
        return `Call ${answer.callId} was here before.`;
      case "refused":
        throw new PlatformError(answer.code, answer.detail, answer.errors ? { errors: answer.errors } : {});
    }
  };
}
