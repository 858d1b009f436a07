import { equalInConstantTime } from "./constant-time.ts";
import { hmac, invalid, missing, requireFresh, requireSecret } from "./hmac-signature.ts";
import type { SignatureScheme } from "./signatures.ts";

const header = "x-retell-signature";
const toleranceSeconds = 300; // both ways, as in retell-sdk lib/webhook_auth

/** Retell's signature: one header `v=<unix milliseconds>,d=<hex>`, HMAC-SHA256 with the webhook API key over body + milliseconds. */
export function retellSignature(): SignatureScheme {
  return {
    description:
      "HMAC-SHA256 over the body and a timestamp, header x-retell-signature, secret: the API key with the webhook badge",
    headers: [header],
    toleranceSeconds,
    verify(request, secret, nowMs) {
      requireSecret(secret);
      const given = request.headers[header];
      if (!given) throw missing();
      const [, timestamp, digest] = /^v=(\d{1,16}),d=([0-9a-f]{64})$/i.exec(given) ?? [];
      if (!timestamp || !digest) throw invalid();
      const expected = hmac("sha256", secret, [request.body, timestamp]).toString("hex");
      if (!equalInConstantTime(digest.toLowerCase(), expected)) throw invalid();
      requireFresh(timestamp, "milliseconds", toleranceSeconds, nowMs);
    },
  };
}
