import { readClaims } from "#connections";
import { type CallStep, callSteps } from "#connector-kit";
import { backoffMs, type ConnectionId, type PlatformError, toPlatformError } from "#core";
import { recordEvents } from "#events";
import type { LaneHandler, Slice, SliceResult } from "#jobs";
import { contactStage } from "./contact-stage.ts";
import type { SyncNeeds } from "./needs.ts";
import { personKeys } from "./people.ts";
import { callSyncLane, postCallPriority } from "./routing.ts";
import { nothingUnsaved, type StageContext, save } from "./stage-context.ts";
import { stepStage } from "./step-stage.ts";
import { endEvents } from "./sync-events.ts";
import {
  type ClaimedSync,
  claimSyncs,
  endSyncs,
  nextSyncDue,
  readSyncConnection,
  type SyncConnection,
  type SyncEnd,
} from "./sync-store.ts";
import { endOf, poisonOf, startWork, type Work } from "./work.ts";

/** Calls and messages that one slice takes on: as many as the largest batch of a provider. */
const sliceSize = 100;

/** Statuses in which a connection can be written to; in the others its work waits, and a change of status wakes the lane. */
const workable = ["connected", "degraded", "syncing"];

const roleSteps: Record<string, readonly CallStep[]> = {
  everything: callSteps,
  appointments_only: ["contact", "appointment"],
  workflows_only: ["contact", "workflow"],
};

/** Works one connection's queue of calls and messages: claims a slice, runs it step by step as batches, stores how each unit stands. */
export function createCallSyncHandler(needs: SyncNeeds): LaneHandler {
  return { kind: callSyncLane, runSlice };

  async function runSlice(slice: Slice): Promise<SliceResult> {
    const connectionId = slice.lane.subjectId as ConnectionId;
    const start = await slice.transaction(async (tx) => {
      const connection = await readSyncConnection(tx, connectionId);
      if (!connection || !workable.includes(connection.status)) return null;
      const claimed = await claimSyncs(tx, connectionId, sliceSize);
      if (claimed.length === 0)
        return {
          connection,
          claimed,
          knownContacts: new Map<string, string>(),
          due: await nextSyncDue(tx, connectionId),
        };
      const keys = [...new Set(claimed.flatMap(({ subject }) => personKeys(subject.record)))];
      return { connection, claimed, knownContacts: await readClaims(tx, connectionId, keys), due: null };
    });
    if (!start) return { next: "idle" };
    if (start.claimed.length === 0) return nextOf(start.due, false);

    const [works, poisoned] = sortOut(start.claimed);
    let context: StageContext;
    try {
      context = await openContext(slice, connectionId, start.connection, works, start.knownContacts);
    } catch (error) {
      const failure = toPlatformError(error);
      for (const work of works) work.deferredBy = failure;
      return slice.transaction((tx) => end(tx, connectionId, start, works, poisoned));
    }
    const steps = roleSteps[start.connection.role] ?? callSteps;
    // A message that came before the connection's role was narrowed makes no contact either.
    const wanted = works.filter(({ subject }) => subject.kind === "call" || steps.includes("message"));
    for (const step of steps) {
      if (step === "contact") await contactStage(context, wanted);
      else await stepStage(context, step, wanted);
    }
    return save(context, (tx) => end(tx, connectionId, start, works, poisoned));
  }

  async function openContext(
    slice: Slice,
    connectionId: ConnectionId,
    { provider }: SyncConnection,
    works: Work[],
    knownContacts: Map<string, string>,
  ): Promise<StageContext> {
    const connector = needs.connectors.get(provider);
    if (!connector) throw new Error(`No connector for ${provider}.`);
    const priority = works.some((work) => work.priority <= postCallPriority) ? "post_call" : "backfill";
    const api = await needs.apiFor(slice.lane.tenantId, connectionId, { priority, signal: slice.signal });
    return {
      slice,
      api,
      connector,
      connectionId,
      ledger: needs.ledger,
      knownContacts,
      unsaved: nothingUnsaved(),
    };
  }

  async function end(
    tx: Parameters<typeof endSyncs>[0],
    connectionId: ConnectionId,
    { connection, claimed }: { connection: SyncConnection; claimed: readonly ClaimedSync[] },
    works: readonly Work[],
    poisoned: SyncEnd[],
  ): Promise<SliceResult> {
    const ends = [...works.map((work) => endOf(work, (attempt) => backoffMs(attempt))), ...poisoned];
    await endSyncs(tx, ends);
    await recordEvents(tx, endEvents({ connection_id: connectionId, provider: connection.provider }, claimed, ends));
    return nextOf(await nextSyncDue(tx, connectionId), claimed.length === sliceSize);
  }

  function nextOf(due: Date | null, wasFull: boolean): SliceResult {
    if (!due) return { next: "idle" };
    return wasFull && due.getTime() <= needs.clock.now() ? { next: "now" } : { next: "at", at: due };
  }
}

function sortOut(claimed: ClaimedSync[]): [Work[], SyncEnd[]] {
  const works: Work[] = [];
  const poisoned: SyncEnd[] = [];
  for (const one of claimed) {
    const poison = poisonOf(one);
    if (poison) poisoned.push(deadOf(one.syncId, poison));
    else works.push(startWork(one));
  }
  return [works, poisoned];
}

function deadOf(id: string, error: PlatformError): SyncEnd {
  return { id, state: "dead", reason: error.code, detail: error.message, cause_class: error.causeClass, wait_ms: 0 };
}
