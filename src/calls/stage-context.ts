import { type Claim, claim, type WriteLedger } from "#connections";
import type { CallStep, Connector, Outcome, ProviderApi } from "#connector-kit";
import { type ConnectionId, newId } from "#core";
import type { Tx } from "#db";
import type { Slice } from "#jobs";
import { forgetContacts, type StepRow, writeContactLinks, writeSteps } from "./sync-store.ts";
import { recordOutcome, type Work } from "./work.ts";

/** What has happened at the provider and is not yet stored. */
interface Unsaved {
  steps: StepRow[];
  settlements: { action: string; outcomes: ReadonlyMap<string, Outcome> }[];
  claims: Claim[];
  links: { id: string; record_id: string; external_id: string }[];
  /** Contacts the provider no longer has, and the syncs that found out. */
  gone: { externalIds: string[]; syncIds: string[] };
}

/** What the stages of one slice share. */
export interface StageContext {
  readonly slice: Slice;
  readonly api: ProviderApi;
  readonly connector: Connector;
  readonly connectionId: ConnectionId;
  readonly ledger: WriteLedger;
  /** Their contact by person key, as far as this slice knows. */
  readonly knownContacts: Map<string, string>;
  unsaved: Unsaved;
}

export function nothingUnsaved(): Unsaved {
  return { steps: [], settlements: [], claims: [], links: [], gone: { externalIds: [], syncIds: [] } };
}

/** Stores what is unsaved, and does what else belongs to the same transaction. */
export async function save<T>(context: StageContext, also: (tx: Tx) => Promise<T>): Promise<T> {
  const { connectionId, ledger, slice, unsaved } = context;
  const steps = new Map(unsaved.steps.map((row) => [`${row.call_sync_id} ${row.step}`, row])); // the last word on a step counts
  const answer = await slice.transaction(async (tx) => {
    for (const { action, outcomes } of unsaved.settlements) await ledger.settle(tx, connectionId, action, outcomes);
    await claim(tx, connectionId, unsaved.claims);
    await writeContactLinks(tx, connectionId, unsaved.links);
    await writeSteps(tx, [...steps.values()]);
    await forgetContacts(tx, connectionId, unsaved.gone.externalIds, unsaved.gone.syncIds);
    return also(tx);
  });
  context.unsaved = nothingUnsaved();
  return answer;
}

export function record(
  context: StageContext,
  work: Work,
  step: CallStep,
  outcome: Outcome,
  durationMs: number | null = null,
): void {
  context.unsaved.steps.push(recordOutcome(work, step, outcome, durationMs));
}

/** From now on these calls' person is that contact of theirs. */
export function rememberContact(
  context: StageContext,
  keys: Iterable<string>,
  works: readonly Work[],
  externalId: string,
): void {
  for (const work of works) work.contactId = externalId;
  for (const key of keys) {
    if (context.knownContacts.get(key) === externalId) continue;
    context.knownContacts.set(key, externalId);
    context.unsaved.claims.push({ key, externalId });
  }
  for (const recordId of new Set(works.flatMap(({ contactRecordId }) => contactRecordId ?? []))) {
    if (context.unsaved.links.some(({ record_id }) => record_id === recordId)) continue;
    context.unsaved.links.push({ id: newId("contact"), record_id: recordId, external_id: externalId });
  }
}

/**
 * The contact that we knew was deleted or merged away at the provider. Once, we forget it and match anew; when the next
 * attempt finds the record gone again, the step has failed.
 */
export function lookAgain(context: StageContext, work: Work): void {
  if (!work.contactId || work.attempts > 1 || !work.refusedBy) return;
  context.unsaved.gone.externalIds.push(work.contactId);
  context.unsaved.gone.syncIds.push(work.syncId);
  work.deferredBy = work.refusedBy;
  work.refusedBy = null;
}
