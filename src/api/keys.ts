import { createHash, randomBytes } from "node:crypto";

/** A new API key: `tl_` and 32 random bytes. */
export function newKeySecret(): string {
  return `tl_${randomBytes(32).toString("base64url")}`;
}

/** What is stored of a key. A key has 256 random bits, so a plain hash is enough: there is nothing to guess. */
export function hashKey(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** The part of a key that is shown, to recognise it by. */
export function keyHint(secret: string): string {
  return `${secret.slice(0, 7)}…${secret.slice(-2)}`;
}
