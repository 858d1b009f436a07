import type { CallStep, CallStepInput, Outcome } from "#connector-kit";
import { perform } from "./perform.ts";
import { lookAgain, record, type StageContext } from "./stage-context.ts";
import type { Work } from "./work.ts";

/** Runs one step for each unit that still needs it. */
export async function callStage(
  context: StageContext,
  step: Exclude<CallStep, "contact">,
  works: readonly Work[],
): Promise<void> {
  const { actions } = context.connector;
  const action = actions[step];
  if (!action) return;
  const open = works.filter((work) => !work.deferredBy && !work.finished.has(step) && applies(step, work));
  const [ready, withoutContact] = actions.createContact
    ? split(open, ({ contactId }) => contactId !== null)
    : [open, []];
  // A contact that failed leaves its later steps open for the retry; only one that there cannot be ends them.
  for (const work of withoutContact) {
    if (work.finished.get("contact")?.outcome === "skipped") record(context, work, step, noContact);
  }

  const startedAt = performance.now();
  const units = ready.map(({ call, contactId }) => ({
    key: call.id,
    input: { call, contactId } satisfies CallStepInput,
  }));
  const outcomes = await perform(context, step, action, units);
  const durationMs = performance.now() - startedAt;
  for (const work of ready) {
    const outcome = outcomes.get(work.call.id);
    if (!outcome) continue;
    record(context, work, step, outcome, durationMs);
    if (outcome.outcome === "failed" && outcome.error.code === "provider.not_found") lookAgain(context, work);
  }
}

function applies(step: CallStep, { call }: Work): boolean {
  if (step === "recording") return call.recording_url !== null;
  if (step === "appointment") return call.appointment_booked !== null;
  return true;
}

const noContact: Outcome = {
  outcome: "skipped",
  reason: "no_contact",
  detail: "There is no contact in the CRM to attach it to.",
};

function split<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
