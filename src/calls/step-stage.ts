import type { CallStep, CallStepInput, MessageStepInput, Outcome, Unit } from "#connector-kit";
import { perform } from "./perform.ts";
import { lookAgain, record, type StageContext } from "./stage-context.ts";
import type { Work } from "./work.ts";

/** Runs one step after the contact for each unit that still needs it. */
export async function stepStage(
  context: StageContext,
  step: Exclude<CallStep, "contact">,
  works: readonly Work[],
): Promise<void> {
  const { actions } = context.connector;
  const wanted = actions[step];
  if (!wanted || wanted.isOn?.(context.api) === false) return;
  const open = works.filter((work) => !work.deferredBy && !work.finished.has(step) && applies(step, work));
  const [ready, withoutContact] = actions.createContact
    ? split(open, ({ contactId }) => contactId !== null)
    : [open, []];
  // A contact that failed leaves its later steps open for the retry; only one that there cannot be ends them.
  for (const work of withoutContact) {
    if (work.finished.get("contact")?.outcome === "skipped") record(context, work, step, noContact);
  }

  const startedAt = performance.now();
  const outcomes = await performStep(context, step, ready);
  const durationMs = performance.now() - startedAt;
  for (const work of ready) {
    const outcome = outcomes.get(work.subject.record.id);
    if (!outcome) continue;
    record(context, work, step, outcome, durationMs);
    if (outcome.outcome === "failed" && outcome.error.code === "provider.not_found") lookAgain(context, work);
  }
}

async function performStep(
  context: StageContext,
  step: Exclude<CallStep, "contact">,
  works: readonly Work[],
): Promise<Map<string, Outcome>> {
  const { actions } = context.connector;
  if (step === "message")
    return actions.message ? perform(context, step, actions.message, messageUnits(works)) : new Map();
  const action = actions[step];
  return action ? perform(context, step, action, callUnits(works)) : new Map();
}

function callUnits(works: readonly Work[]): Unit<CallStepInput>[] {
  return works.flatMap(({ subject: { kind, record }, contactId }) =>
    kind === "call" ? [{ key: record.id, input: { call: record, contactId } }] : [],
  );
}

function messageUnits(works: readonly Work[]): Unit<MessageStepInput>[] {
  return works.flatMap(({ subject: { kind, record }, contactId }) =>
    kind === "message" ? [{ key: record.id, input: { message: record, contactId } }] : [],
  );
}

function applies(step: CallStep, { subject: { kind, record } }: Work): boolean {
  if (kind === "message") return step === "message";
  if (step === "recording") return record.recording_url !== null;
  if (step === "appointment") return record.appointment_booked !== null;
  return step !== "message";
}

const noContact: Outcome = {
  outcome: "skipped",
  reason: "no_contact",
  detail: "There is no contact in the CRM to attach it to.",
};

function split<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
