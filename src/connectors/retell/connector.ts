import { z } from "zod";
import { defineConnector, type ProviderApi, unreadableAnswer } from "#connector-kit";
import type { CompletedCall } from "#model";
import { isFinished, RetellCall } from "./call.ts";
import { classify } from "./errors.ts";
import { toCompletedCall } from "./to-completed-call.ts";
import { webhooks } from "./webhooks.ts";

const Concurrency = z.object({ current_concurrency: z.number(), concurrency_limit: z.number() });

export const retell = defineConnector({
  id: "retell",
  name: "Retell",
  summary: "Calls of your Retell agents, taken over as soon as they are analysed.",
  links: { documentation: "https://docs.retellai.com", app: "https://dashboard.retellai.com" },
  hosts: { api: "https://api.retellai.com" },
  auth: [
    {
      kind: "api_key",
      fields: [
        {
          name: "api_key",
          label: "API key",
          hint: "Retell dashboard → API keys. Take the key with the webhook badge: it also signs the webhooks.",
          secret: true,
        },
      ],
      headers: ({ api_key }) => ({ authorization: `Bearer ${api_key}` }),
    },
  ],
  // Retell publishes no limit of requests. We only read calls whose analysis did not come, so a modest pace will do.
  limits: [{ name: "requests", isDefault: true, scope: "account", requests: 10, perMs: 1_000, burst: 1 }],
  classify,
  settings: z.strictObject({}),
  async account(api) {
    await readConcurrency(api);
    // Retell tells nothing about whose key it is, so the connection stands for the workspace.
    return { id: `workspace-of-${api.connection.id}`, name: "Retell workspace" };
  },
  checks: [
    {
      id: "concurrency",
      label: "Read the concurrency",
      async run(api) {
        const { current_concurrency, concurrency_limit } = await readConcurrency(api);
        return `${current_concurrency} of ${concurrency_limit} calls are going on.`;
      },
    },
  ],
  actions: {},
  webhooks,
  readCall,
  afterDisconnect:
    "Retell keeps its calls and goes on sending webhooks to our address until it is removed there; we refuse them.",
});

async function readConcurrency(api: ProviderApi): Promise<z.infer<typeof Concurrency>> {
  const { body } = await api.send({ method: "GET", path: "/get-concurrency", effect: "read" });
  const parsed = Concurrency.safeParse(body);
  if (!parsed.success) throw unreadableAnswer("Retell", "read");
  return parsed.data;
}

async function readCall(api: ProviderApi, externalId: string): Promise<CompletedCall | null> {
  const path = `/v2/get-call/${encodeURIComponent(externalId)}`;
  const { status, body } = await api.send({ method: "GET", path, effect: "read", accept: [404, 422] });
  if (status !== 200) return null;
  const parsed = RetellCall.safeParse(body);
  if (!parsed.success) throw unreadableAnswer("Retell", "read");
  return isFinished(parsed.data) ? toCompletedCall(parsed.data) : null;
}
