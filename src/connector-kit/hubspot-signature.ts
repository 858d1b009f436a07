import { hmacSignature } from "./hmac-signature.ts";
import type { SignatureScheme } from "./signatures.ts";

// The only escapes HubSpot decodes in the URL before signing; all others are signed as they stand.
// https://developers.hubspot.com/docs/api-reference/webhooks (validating requests, v3)
const decoded: Record<string, string> = {
  "%3A": ":",
  "%2F": "/",
  "%3F": "?",
  "%40": "@",
  "%21": "!",
  "%24": "$",
  "%27": "'",
  "%28": "(",
  "%29": ")",
  "%2A": "*",
  "%2C": ",",
  "%3B": ";",
};

/** HubSpot's v3 signature: base64 HMAC-SHA256 with the app's client secret over method + URL + body + timestamp. */
export function hubspotV3Signature(): SignatureScheme {
  return hmacSignature({
    description:
      "HMAC-SHA256 over method, URL, body and time, header X-HubSpot-Signature-v3, secret: the app's client secret",
    header: "x-hubspot-signature-v3",
    encoding: "base64",
    timestamp: { header: "x-hubspot-request-timestamp", unit: "milliseconds", toleranceSeconds: 300 },
    signed: ({ method, url, body }, timestamp) => [method.toUpperCase(), signedUrl(url), body, timestamp],
  });
}

function signedUrl(url: string): string {
  return url.replace(/%[0-9a-f]{2}/gi, (code) => decoded[code.toUpperCase()] ?? code);
}
