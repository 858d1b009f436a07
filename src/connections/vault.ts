import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { PlatformError } from "#core";

export interface VaultKey {
  /** Letters, digits, `-` and `_`: it stands in the envelope. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array;
}

/** What a secret belongs to. Both are bound into the envelope: one copied to another row does not open there. */
export interface SecretOwner {
  tenantId: string;
  /** The connection, or another row that the secret belongs to. */
  subjectId: string;
}

export interface Vault {
  readonly activeKeyId: string;
  seal(owner: SecretOwner, text: string): string;
  /** Throws `secret.unreadable` for an unknown key id, another owner or a changed envelope. */
  open(owner: SecretOwner, envelope: string): string;
}

/** Seals secrets with AES-256-GCM as `v1.<key id>.<iv>.<ciphertext and tag>`, so that a stored secret names its key. */
export function createVault({ keys, activeKeyId }: { keys: readonly VaultKey[]; activeKeyId: string }): Vault {
  const byId = new Map(keys.map(({ id, key }) => [id, checkedKey(id, key)]));
  const activeKey = byId.get(activeKeyId);
  if (!activeKey) throw new TypeError(`The active encryption key ${activeKeyId} is not among the given keys.`);

  return { activeKeyId, seal, open };

  function seal(owner: SecretOwner, text: string): string {
    // 96 random bits per secret: safe for some 4 billion seals with one key (NIST SP 800-38D, 8.3).
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", activeKey as Uint8Array, iv).setAAD(boundTo(owner));
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `v1.${activeKeyId}.${iv.toString("base64url")}.${sealed.toString("base64url")}`;
  }

  function open(owner: SecretOwner, envelope: string): string {
    const [version, keyId = "", iv = "", sealed = "", more] = envelope.split(".");
    if (version !== "v1" || more !== undefined) throw unreadable("its envelope is not of version v1");
    const key = byId.get(keyId);
    if (!key) throw unreadable(`the process has no encryption key "${keyId}"`);
    const bytes = Buffer.from(sealed, "base64url");
    if (bytes.length < 16) throw unreadable(`its envelope is cut short (key "${keyId}")`);
    try {
      const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64url"), { authTagLength: 16 });
      decipher.setAAD(boundTo(owner)).setAuthTag(bytes.subarray(-16));
      return decipher.update(bytes.subarray(0, -16)).toString("utf8") + decipher.final("utf8");
    } catch (cause) {
      throw unreadable(`key "${keyId}" does not open it: another key under this id, another owner, or changed`, cause);
    }
  }
}

function checkedKey(id: string, key: Uint8Array): Uint8Array {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw new TypeError("An encryption key id is letters, digits, - and _.");
  if (key.length !== 32) throw new TypeError(`The encryption key ${id} must be 32 bytes and has ${key.length}.`);
  return key;
}

function boundTo({ tenantId, subjectId }: SecretOwner): Buffer {
  return Buffer.from(`${tenantId}:${subjectId}`);
}

function unreadable(why: string, cause?: unknown): PlatformError {
  return new PlatformError("secret.unreadable", `The stored secret cannot be opened: ${why}.`, { cause });
}
