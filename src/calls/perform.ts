import type { Action, Outcome, Unit } from "#connector-kit";
import { type StageContext, save } from "./stage-context.ts";

/**
 * Writes units at the provider, each key once: through the write ledger, unless the provider itself makes a repeated
 * write one write, or offers nothing to recognise a write by. Answers an outcome per key.
 */
export async function perform<Input>(
  context: StageContext,
  name: string,
  action: Action<Input>,
  units: readonly Unit<Input>[],
): Promise<Map<string, Outcome>> {
  if (units.length === 0) return new Map();
  const { connectionId, ledger, api } = context;
  const keys = units.map(({ key }) => key);
  if (action.identity.kind !== "marker" && action.identity.kind !== "probe") {
    return ledger.execute(api, action, units, new Map(keys.map((key) => [key, { state: "new" as const }])));
  }
  const settleMs = action.identity.settleMs(api);
  const intents = await save(context, (tx) => ledger.intend(tx, connectionId, name, keys, { settleMs }));
  const outcomes = await ledger.execute(api, action, units, intents);
  context.unsaved.settlements.push({ action: name, outcomes });
  return outcomes;
}
