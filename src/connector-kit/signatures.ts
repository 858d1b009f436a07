/** A webhook as it arrived. */
export interface SignedRequest {
  method: string;
  /** The full URL as the sender saw it: scheme, host, path and query. */
  url: string;
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  /** The raw body: what was signed. */
  body: Buffer;
}

/** How a provider signs. Strategies are written once, in this folder. */
export interface SignatureScheme {
  /** For people: "HMAC-SHA256 over the body and a timestamp, header x-retell-signature". */
  description: string;
  /** The headers it reads, kept out of what is stored. */
  headers: string[];
  /** Seconds a message stays fresh, both ways; null where the provider sends no time. */
  toleranceSeconds: number | null;
  /**
   * Checks one request against one secret, in constant time. Throws `webhook.signature_missing`, `webhook.signature_invalid`
   * or `webhook.timestamp_stale`; an empty secret is always `webhook.signature_missing`.
   */
  verify(request: SignedRequest, secret: string, nowMs: number): void;
}
