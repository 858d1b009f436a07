import type { Action, Outcome, ProviderApi, Unit } from "#connector-kit";
import { PlatformError, toPlatformError } from "#core";
import type { Intents } from "./ledger.ts";

/**
 * Performs the units of one action once: what is confirmed is answered from the ledger, what is unsettled is looked for
 * at the provider first, the rest is sent in the provider's batch size. Touches no database: the intents were
 * committed before, the outcomes are settled after. Answers every key. Never throws for what the provider does.
 */
export async function execute<Input>(
  api: ProviderApi,
  action: Action<Input>,
  units: readonly Unit<Input>[],
  intents: Intents,
  now: () => number = Date.now,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const waiting = new Map<string, Unit<Input>>();
  for (const unit of units) {
    const intent = intents.get(unit.key);
    if (!intent)
      throw new PlatformError("internal.assumption", "A write was to be sent without its intent in the ledger.");
    if (intent.state === "confirmed") outcomes.set(unit.key, { outcome: "unchanged", externalId: intent.externalId });
    else waiting.set(unit.key, unit);
  }
  await findUnsettled(api, action, waiting, intents, outcomes, now());
  await performAll(api, action, [...waiting.values()], outcomes);
  return outcomes;
}

/** Moves from `waiting` to `outcomes` what an earlier try wrote, and what cannot be known yet. */
async function findUnsettled<Input>(
  api: ProviderApi,
  action: Action<Input>,
  waiting: Map<string, Unit<Input>>,
  intents: Intents,
  outcomes: Map<string, Outcome>,
  nowMs: number,
): Promise<void> {
  const { identity } = action;
  // Natives and upserts are recognised by the provider; with `none` there is no way to look.
  if (identity.kind !== "marker" && identity.kind !== "probe") return;
  const settleMs = identity.settleMs(api);
  const unsettled: Unit<Input>[] = [];
  for (const unit of waiting.values()) {
    const intent = intents.get(unit.key);
    if (intent?.state !== "unsettled") continue;
    const ageMs = nowMs - intent.since;
    if (ageMs >= settleMs) unsettled.push(unit);
    else outcomes.set(unit.key, unknown("The provider does not show recent writes yet", settleMs - ageMs));
  }
  for (const batch of batchesOf(unsettled, action.batchSize)) {
    try {
      const found = await identity.find(api, batch);
      for (const [key, externalId] of found) outcomes.set(key, { outcome: "created", externalId, detail: earlierTry });
    } catch (error) {
      // Whatever kept us from looking, the earlier write may be there: it stays unsettled.
      const cause = toPlatformError(error);
      for (const { key } of batch) outcomes.set(key, unknown(cause.message, cause.retryAfterMs, cause));
    }
  }
  for (const key of outcomes.keys()) waiting.delete(key);
}

const earlierTry = "Found at the provider: an earlier try had arrived.";

function unknown(why: string, retryAfterMs: number | undefined, cause?: PlatformError): Outcome {
  const detail = `An earlier try may have arrived, and it could not be looked for: ${why}`;
  const error = new PlatformError("provider.ambiguous", detail, {
    cause,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
  return { outcome: "failed", error };
}

async function performAll<Input>(
  api: ProviderApi,
  action: Action<Input>,
  units: readonly Unit<Input>[],
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const batches = batchesOf(units, action.batchSize);
  for (let batch = batches.shift(); batch; batch = batches.shift()) {
    try {
      assign(batch, await action.perform(api, batch), outcomes);
    } catch (thrown) {
      const error = toPlatformError(thrown);
      if (error.disposition === "dead_letter" && batch.length > 1) {
        // One unit's content spoils the batch: half by half until it stands alone.
        const middle = Math.ceil(batch.length / 2);
        batches.unshift(batch.slice(0, middle), batch.slice(middle));
        continue;
      }
      fail(batch, error, outcomes);
      // The next batch would be told the same, and these were not sent: they wait without asking.
      if (stopsAll(error)) fail(batches.splice(0).flat(), error, outcomes);
    }
  }
}

function assign<Input>(
  batch: readonly Unit<Input>[],
  answers: readonly Outcome[],
  outcomes: Map<string, Outcome>,
): void {
  if (answers.length !== batch.length) {
    throw new PlatformError(
      "internal.assumption",
      `An action answered ${answers.length} outcomes for ${batch.length} units.`,
    );
  }
  for (const [at, { key }] of batch.entries()) outcomes.set(key, answers[at] as Outcome);
}

function fail(units: readonly { key: string }[], error: PlatformError, outcomes: Map<string, Outcome>): void {
  for (const { key } of units) outcomes.set(key, { outcome: "failed", error });
}

function stopsAll(error: PlatformError): boolean {
  return (
    error.disposition === "reauthorize" ||
    error.code === "provider.rate_limited" ||
    error.code.startsWith("connection.")
  );
}

function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
