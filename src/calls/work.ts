import type { CallStep, Outcome } from "#connector-kit";
import { type CauseClass, PlatformError } from "#core";
import type { ClaimedSync, StepRow, SyncEnd } from "./sync-store.ts";

/** One claimed unit while it is being worked. */
export interface Work extends ClaimedSync {
  /** Their contact, once it is known. */
  contactId: string | null;
  /** What ends this attempt: the unit comes back later. */
  deferredBy: PlatformError | null;
  /** What went wrong for good with one of its steps; the other steps still run. */
  refusedBy: PlatformError | null;
  /** Why its first skipped step was left out. */
  skippedBecause: { reason: string; detail: string } | null;
}

export function startWork(claimed: ClaimedSync): Work {
  const contactId = claimed.finished.get("contact")?.externalId ?? null;
  return { ...claimed, contactId, deferredBy: null, refusedBy: null, skippedBecause: null };
}

/** Attempts a unit gets when the fault is ours or nobody's, such as a unit that kills its worker. */
export const ourAttempts = 20;
/** Attempts when the provider is at fault: with waits of up to 15 minutes, about a day. */
export const providerAttempts = 100;

const theirs: readonly CauseClass[] = ["rate_limit", "provider_outage", "network", "credentials"];

/** Notes a step's outcome on the unit; answers the row to be stored. */
export function recordOutcome(work: Work, step: CallStep, outcome: Outcome, durationMs: number | null): StepRow {
  const row: StepRow = {
    call_sync_id: work.syncId,
    step,
    outcome: outcome.outcome,
    external_id: "externalId" in outcome ? outcome.externalId : null,
    reason: null,
    detail: null,
    duration_ms: durationMs === null ? null : Math.round(durationMs),
  };
  if (outcome.outcome === "failed") {
    Object.assign(row, { reason: outcome.error.code, detail: outcome.error.message });
    if (outcome.error.disposition === "dead_letter" || outcome.error.disposition === "reject")
      work.refusedBy ??= outcome.error;
    else work.deferredBy ??= outcome.error;
  } else if (outcome.outcome === "skipped") {
    const { reason, detail } = outcome;
    work.skippedBecause ??= { reason, detail };
    Object.assign(row, { reason, detail });
  } else {
    row.detail = outcome.detail ?? null;
  }
  if (outcome.outcome !== "failed") work.finished.set(step, { outcome: outcome.outcome, externalId: row.external_id });
  return row;
}

/** How the unit stands after this attempt. */
export function endOf(work: Work, backoffMs: (attempt: number) => number): SyncEnd {
  const { deferredBy, refusedBy } = work;
  const error = deferredBy ?? refusedBy;
  const base = {
    id: work.syncId,
    reason: error?.code ?? null,
    detail: error?.message ?? null,
    cause_class: error?.causeClass ?? null,
    wait_ms: 0,
  };
  if (deferredBy && work.attempts < (theirs.includes(deferredBy.causeClass) ? providerAttempts : ourAttempts)) {
    return { ...base, state: "queued", wait_ms: Math.round(deferredBy.retryAfterMs ?? backoffMs(work.attempts)) };
  }
  if (error) return { ...base, state: "dead" };
  const outcomes = [...work.finished.values()];
  if (outcomes.every(({ outcome }) => outcome === "skipped")) {
    return { ...base, state: "skipped", ...(work.skippedBecause ?? nothingToDo(work.subject.kind)) };
  }
  return { ...base, state: "done" };
}

const nothingToDo = (kind: Work["subject"]["kind"]) => ({
  reason: "nothing_to_do",
  detail: `This connection has no step for such a ${kind}.`,
});

/** A unit that took its worker down with it too often is set aside before it does so again. */
export function poisonOf(claimed: ClaimedSync): PlatformError | null {
  if (!claimed.wasRunning || claimed.attempts <= ourAttempts) return null;
  return new PlatformError(
    "internal.assumption",
    `This sync was interrupted in each of ${claimed.attempts - 1} attempts and is set aside. Retry it once the cause is known.`,
  );
}
