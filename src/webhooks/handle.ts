import type { Connector, InboundChange, ProviderApi } from "#connector-kit";
import { backoffMs, type Clock, type ConnectionId, PlatformError, type TenantId, toPlatformError } from "#core";
import type { Tx } from "#db";
import type { LaneHandler, Slice, SliceResult } from "#jobs";
import type { CompletedCall } from "#model";
import { inboundLane } from "./receive.ts";
import { type ClaimedEvent, claimEvents, type EventEnd, endEvents, nextEventDue } from "./store.ts";

/** What handling an event can set off, as the capabilities above offer it. */
export interface HandleDeps {
  connectors: ReadonlyMap<string, Connector>;
  apiFor(
    tenantId: TenantId,
    connectionId: ConnectionId,
    options: { priority: "webhook"; signal: AbortSignal },
  ): Promise<ProviderApi>;
  /** Takes a finished call. Answers what happened, in one sentence; throws when the call cannot be taken. */
  takeCall(tenantId: TenantId, call: CompletedCall, fallbackAgentId: string | null): Promise<string>;
  /** Whether a call with this id was taken already. */
  hasCall(tenantId: TenantId, externalCallId: string): Promise<boolean>;
  clock: Clock;
}

const sliceSize = 50;
const mostAttempts = 20;

interface Listening {
  provider: string;
  agentId: string | null;
}

/** Handles stored events of one connection, oldest first: what each means, what it sets off, how it ended. */
export function createInboundHandler(deps: HandleDeps): LaneHandler {
  return { kind: inboundLane, runSlice };

  async function runSlice(slice: Slice): Promise<SliceResult> {
    const connectionId = slice.lane.subjectId as ConnectionId;
    const { connection, claimed } = await slice.transaction(async (tx) => {
      const [row] = await tx.query<{ provider: string; agent_id: string | null }>(
        "select provider, agent_id from connections where id = $1",
        [connectionId],
      );
      return {
        connection: row && { provider: row.provider, agentId: row.agent_id },
        claimed: await claimEvents(tx, connectionId, sliceSize),
      };
    });
    if (!connection) return { next: "idle" };
    const ends = await Promise.all(claimed.map((event) => handle(slice, connection, event)));
    return slice.transaction(async (tx) => {
      await endEvents(tx, ends);
      return nextOf(tx, connectionId, claimed.length === sliceSize);
    });
  }

  async function handle(slice: Slice, connection: Listening, event: ClaimedEvent): Promise<EventEnd> {
    try {
      if (event.attempts > mostAttempts)
        throw new PlatformError(
          "internal.assumption",
          "Handling this event was interrupted too often; it is set aside.",
        );
      const intake = deps.connectors.get(connection.provider)?.webhooks;
      if (!intake)
        throw new PlatformError("provider.unknown", `There is no connector for ${connection.provider} any more.`);
      return { ...ended(event, "done"), ...(await effectOf(slice, connection, event, intake.toChange(event))) };
    } catch (thrown) {
      const error = toPlatformError(thrown);
      const again =
        (error.disposition === "retry" || error.disposition === "reauthorize") && event.attempts < mostAttempts;
      const waitMs = error.retryAfterMs ?? backoffMs(event.attempts);
      return {
        ...ended(event, again ? "queued" : "dead"),
        reason: error.code,
        detail: error.message,
        wait_ms: Math.round(waitMs),
      };
    }
  }

  async function effectOf(
    slice: Slice,
    { provider, agentId }: Listening,
    event: ClaimedEvent,
    change: InboundChange,
  ): Promise<Partial<EventEnd>> {
    const { tenantId } = slice.lane;
    switch (change.kind) {
      case "call_completed":
        return { effect: await deps.takeCall(tenantId, change.call, agentId) };
      case "call_pending": {
        if (await deps.hasCall(tenantId, change.externalCallId))
          return { effect: "The call is here already, with its analysis." };
        if (event.attempts === 1) {
          const detail =
            "The call has ended; its analysis is still to come and is read from the provider if it does not.";
          return { state: "queued", detail, wait_ms: change.waitMs };
        }
        const call = await readCall(slice, provider, change.externalCallId);
        return { effect: await deps.takeCall(tenantId, call, agentId) };
      }
      case "record_changed":
        return {
          state: "ignored",
          effect: `${change.record} ${change.externalId} changed at the provider; no sync of it is set up.`,
        };
      case "ignored":
        return { state: "ignored", effect: change.why };
    }
  }

  async function readCall(slice: Slice, provider: string, externalCallId: string): Promise<CompletedCall> {
    const connectionId = slice.lane.subjectId as ConnectionId;
    const api = await deps.apiFor(slice.lane.tenantId, connectionId, { priority: "webhook", signal: slice.signal });
    const call = await deps.connectors.get(provider)?.readCall?.(api, externalCallId);
    if (!call) throw new PlatformError("provider.not_found", "The provider has no such call, or it is not finished.");
    return call;
  }

  async function nextOf(tx: Tx, connectionId: string, wasFull: boolean): Promise<SliceResult> {
    const due = await nextEventDue(tx, connectionId);
    if (!due) return { next: "idle" };
    return wasFull && due.getTime() <= deps.clock.now() ? { next: "now" } : { next: "at", at: due };
  }
}

function ended({ id }: ClaimedEvent, state: EventEnd["state"]): EventEnd {
  return { id, state, effect: null, reason: null, detail: null, wait_ms: 0 };
}
