import {
  type Action,
  type CallStepInput,
  mapCallFields,
  type Outcome,
  type ProviderApi,
  readSettings,
} from "#connector-kit";
import { toPlatformError } from "#core";
import type { CallRecord } from "#model";
import { toPayload } from "./payload.ts";
import { ZapierSettings } from "./settings.ts";

/**
 * Posts each call to the hook. Zapier takes one call per request (an array would start one Zap run per element, but be
 * answered as one), so these go side by side, spaced by the limit. A hook drops no repetitions and can be asked nothing:
 * after an unanswered request the call is sent again.
 */
export const post: Action<CallStepInput> = {
  batchSize: 20, // side by side: what the limit lets through in a second, so that none waits long for its turn
  identity: { kind: "none" },
  perform: (api, units) => Promise.all(units.map(({ input }) => postOne(api, input.call))),
};

async function postOne(api: ProviderApi, call: CallRecord): Promise<Outcome> {
  try {
    await sendCall(api, call);
    return { outcome: "created", externalId: call.call_id };
  } catch (error) {
    return { outcome: "failed", error: toPlatformError(error) };
  }
}

/** Any 2xx means queued at Zapier; what the Zap then does is never told. */
export async function sendCall(api: ProviderApi, call: CallRecord): Promise<void> {
  const mapped = mapCallFields(call, readSettings(ZapierSettings, api).field_mappings);
  // The connection's URL is the whole address; the path adds nothing to it.
  await api.send({ method: "POST", path: "/", json: toPayload(call, mapped, new Date()), effect: "write" });
}
