import {
  type Action,
  type CallStepInput,
  type MessageStepInput,
  mapCallFields,
  mapMessageFields,
  type Outcome,
  type ProviderApi,
  readSettings,
} from "#connector-kit";
import { toPlatformError } from "#core";
import type { CallRecord, MessageRecord } from "#model";
import { toMessagePayload, toPayload } from "./payload.ts";
import { ZapierSettings } from "./settings.ts";

/** Posts each call to the hook. */
export const post: Action<CallStepInput> = postAction(
  ({ call }) => call.call_id,
  ({ call }, api) => sendCall(api, call),
);

/** Posts each text message to the hook. */
export const message: Action<MessageStepInput> = postAction(
  ({ message }) => message.message_id,
  ({ message }, api) => sendMessage(api, message),
);

/**
 * Zapier takes one thing per request (an array would start one Zap run per element, but be answered as one), so these go
 * side by side, spaced by the limit. A hook drops no repetitions and can be asked nothing: after an unanswered request the
 * same is sent again.
 */
function postAction<Input>(
  idOf: (input: Input) => string,
  send: (input: Input, api: ProviderApi) => Promise<void>,
): Action<Input> {
  return {
    batchSize: 20, // side by side: what the limit lets through in a second, so that none waits long for its turn
    identity: { kind: "none" },
    perform: (api, units) => Promise.all(units.map(({ input }) => postOne(input, api))),
  };

  async function postOne(input: Input, api: ProviderApi): Promise<Outcome> {
    try {
      await send(input, api);
      return { outcome: "created", externalId: idOf(input) };
    } catch (error) {
      return { outcome: "failed", error: toPlatformError(error) };
    }
  }
}

/** Any 2xx means queued at Zapier; what the Zap then does is never told. */
export function sendCall(api: ProviderApi, call: CallRecord): Promise<void> {
  return sendPayload(api, toPayload(call, mapCallFields(call, mappingsOf(api)), new Date()));
}

function sendMessage(api: ProviderApi, message: MessageRecord): Promise<void> {
  return sendPayload(api, toMessagePayload(message, mapMessageFields(message, mappingsOf(api)), new Date()));
}

function mappingsOf(api: ProviderApi) {
  return readSettings(ZapierSettings, api).field_mappings;
}

async function sendPayload(api: ProviderApi, json: object): Promise<void> {
  // The connection's URL is the whole address; the path adds nothing to it.
  await api.send({ method: "POST", path: "/", json, effect: "write" });
}
