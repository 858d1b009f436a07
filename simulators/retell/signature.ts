import { createHmac } from "node:crypto";

/** The value of `x-retell-signature`: the time in milliseconds, and HMAC-SHA256 over the body with that time behind it. */
export function signWebhook(body: string, key: string, nowMs: number): string {
  return `v=${nowMs},d=${createHmac("sha256", key).update(`${body}${nowMs}`).digest("hex")}`;
}
