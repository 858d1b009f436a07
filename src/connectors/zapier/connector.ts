import { randomUUID } from "node:crypto";
import { defineConnector } from "#connector-kit";
import { classify } from "./errors.ts";
import { message, post, sendCall } from "./post.ts";
import { ZapierSettings } from "./settings.ts";
import { aTestCall } from "./test-call.ts";
import { webhookUrl, zapierHost } from "./webhook-url.ts";

export const zapier = defineConnector({
  id: "zapier",
  name: "Zapier",
  summary: "Every finished call and text message starts a Zap of yours.",
  links: {
    documentation: "https://help.zapier.com/hc/en-us/articles/29972220283789",
    app: "https://zapier.com/app/zaps",
  },
  hosts: { api: `https://${zapierHost}` },
  auth: [webhookUrl],
  // Zapier: about 30 a second per hook, and 10,000 in 5 minutes per user, whose hooks all share it. At 20 a second a user
  // gets at most 6,000 in 5 minutes, so one bucket covers both.
  limits: [{ name: "posts", isDefault: true, scope: "account", requests: 20, perMs: 1_000, burst: 1 }],
  classify,
  settings: ZapierSettings,
  checks: [
    {
      id: "test_payload",
      label: "Send a test call",
      writes: true,
      async run(api) {
        await sendCall(api, aTestCall(`test_${randomUUID()}`));
        return "Zapier took a test call; it is the sample to finish the Zap with.";
      },
    },
  ],
  actions: { post, message },
  afterDisconnect: "The Zap stays in Zapier and hears nothing more; its past runs keep what was sent.",
});
