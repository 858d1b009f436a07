import { createHmac } from "node:crypto";
import { PlatformError } from "#core";
import { equalInConstantTime } from "./constant-time.ts";
import type { SignatureScheme, SignedRequest } from "./signatures.ts";

/** What an HMAC scheme is made of. Header names in lower case. */
export interface HmacSignatureOptions {
  description: string;
  /** The header that carries the digest. */
  header: string;
  encoding: "hex" | "base64";
  /** `sha256` when absent. */
  algorithm?: "sha256" | "sha1" | "sha512";
  /** What stands before the digest in its header: `sha256=`. */
  prefix?: string;
  /** Where the sending time is; without it a message never goes stale. */
  timestamp?: { header: string; unit: "seconds" | "milliseconds"; toleranceSeconds: number };
  /** What is signed, piece by piece; the raw body alone when absent. */
  signed?(request: SignedRequest, timestamp: string): (string | Buffer)[];
}

/** HMAC over the body or a composed string, in hex or base64, with a time window where the provider sends a time. */
export function hmacSignature(options: HmacSignatureOptions): SignatureScheme {
  const { description, header, encoding, algorithm = "sha256", prefix = "", timestamp: time } = options;
  const signed = options.signed ?? ((request: SignedRequest) => [request.body]);
  return {
    description,
    headers: time ? [header, time.header] : [header],
    toleranceSeconds: time?.toleranceSeconds ?? null,
    verify(request, secret, nowMs) {
      const given = request.headers[header];
      const timestamp = time ? request.headers[time.header] : "";
      requireSecret(secret);
      if (!given || timestamp === undefined || (time && !timestamp)) throw missing();
      const digest = hmac(algorithm, secret, signed(request, timestamp)).toString(encoding);
      const expected = prefix + digest;
      // Hex means the same in both cases; base64 does not.
      if (!equalInConstantTime(encoding === "hex" ? given.toLowerCase() : given, expected)) throw invalid();
      if (time) requireFresh(timestamp, time.unit, time.toleranceSeconds, nowMs);
    },
  };
}

/** The raw digest over several pieces, as if they were joined. */
export function hmac(algorithm: string, secret: string, pieces: readonly (string | Buffer)[]): Buffer {
  const mac = createHmac(algorithm, secret);
  for (const piece of pieces) mac.update(piece);
  return mac.digest();
}

/** Throws `webhook.signature_missing` for an empty secret: anyone can sign with that. */
export function requireSecret(secret: string): void {
  if (!secret) {
    throw new PlatformError(
      "webhook.signature_missing",
      "The connection has no webhook secret, so nothing is accepted.",
    );
  }
}

/** Throws `webhook.timestamp_stale` when the decimal `timestamp` is further from now than the tolerance, either way. */
export function requireFresh(
  timestamp: string,
  unit: "seconds" | "milliseconds",
  toleranceSeconds: number,
  nowMs: number,
): void {
  const sentMs = /^\d{1,16}$/.test(timestamp) ? Number(timestamp) * (unit === "seconds" ? 1_000 : 1) : Number.NaN;
  if (Math.abs(nowMs - sentMs) <= toleranceSeconds * 1_000) return;
  throw new PlatformError(
    "webhook.timestamp_stale",
    `The webhook was not signed within the last ${toleranceSeconds} seconds.`,
  );
}

/** The error for a request without its signature header. */
export function missing(): PlatformError {
  return new PlatformError("webhook.signature_missing", "The webhook carries no signature.");
}

/** The error for a signature that is not ours. */
export function invalid(): PlatformError {
  return new PlatformError("webhook.signature_invalid", "The signature does not fit the body.");
}
