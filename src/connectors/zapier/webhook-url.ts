import { createHash } from "node:crypto";
import type { WebhookUrlStrategy } from "#connector-kit";
import type { FieldError } from "#core";

export const zapierHost = "hooks.zapier.com";
const paths = /^\/hooks\/(catch|standard)\/[\w-]+(\/|$)/;
const withAccount = /^\/hooks\/(?:catch|standard)\/(\d+)\/[\w-]+/;

/** Whoever holds the URL can start the Zap, so it is kept and shown like a key. */
export const webhookUrl: WebhookUrlStrategy = {
  kind: "webhook_url",
  fields: [
    {
      name: "webhook_url",
      label: "Webhook URL",
      hint: "In Zapier: new Zap → trigger “Webhooks by Zapier” → Catch Hook → copy the webhook URL.",
      secret: true,
    },
  ],
  check,
  account: (url) => ({ id: accountOf(url), name: masked(url) }),
};

/**
 * What keeps a URL from being one of Zapier's. The host is the configured one, so that a simulator or proxy can stand
 * in; plain HTTP is only for such a stand-in.
 */
function check(url: URL, allowedHost: string): FieldError[] {
  const isStandIn = allowedHost !== zapierHost;
  const rules: [isFine: boolean, code: string, detail: string][] = [
    [
      url.protocol === "https:" || (isStandIn && url.protocol === "http:"),
      "not_https",
      "The URL must start with https://.",
    ],
    [url.host === allowedHost, "wrong_host", `The URL must be on ${allowedHost}.`],
    [
      paths.test(url.pathname),
      "wrong_path",
      "The path must start with /hooks/catch/ or /hooks/standard/ and name a hook.",
    ],
    [url.username === "" && url.password === "", "has_credentials", "The URL must not carry a user name or password."],
  ];
  return rules.filter(([isFine]) => !isFine).map(([, code, detail]) => ({ pointer: "/webhook_url", code, detail }));
}

/** Zapier counts its limits per user, whose number the URL names; the old form without it stands for itself. */
function accountOf(url: URL): string {
  const [, account] = withAccount.exec(url.pathname) ?? [];
  return account ?? `hook-${createHash("sha256").update(url.pathname).digest("hex").slice(0, 12)}`;
}

function masked(url: URL): string {
  const [, , kind] = url.pathname.split("/");
  const [, account] = withAccount.exec(url.pathname) ?? [];
  return `${url.host}/hooks/${kind}/${account ? `${account}/` : ""}…`;
}
