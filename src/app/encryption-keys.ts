import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { VaultKey } from "#connections";
import { ConfigError } from "./config.ts";

const fileName = "encryption-keys";

/** The keys that were given, or those of the data folder, made on the first start. The first one seals. */
export async function readEncryptionKeys(
  config: { TIELINE_ENCRYPTION_KEYS?: string | undefined; TIELINE_DATA_DIR: string },
  say: (message: string) => void,
): Promise<VaultKey[]> {
  if (config.TIELINE_ENCRYPTION_KEYS) return parseKeys(config.TIELINE_ENCRYPTION_KEYS, "TIELINE_ENCRYPTION_KEYS");
  const file = path.join(config.TIELINE_DATA_DIR, fileName);
  await mkdir(config.TIELINE_DATA_DIR, { recursive: true });
  const fresh = `local:${randomBytes(32).toString("base64")}\n`;
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await writeFile(draft, fresh, { flag: "wx", mode: 0o600 });
  try {
    // A link is made whole or not at all, and only where there is none: processes that start at once share one key.
    await link(draft, file);
    say(`A key for stored secrets was made: ${file}. Without it they cannot be opened; back it up with the data.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
  return parseKeys(await readFile(file, "utf8"), file);
}

function parseKeys(text: string, from: string): VaultKey[] {
  const parts = text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter(Boolean);
  const keys = parts.map((part): VaultKey => {
    const [, id, base64] = /^([A-Za-z0-9_-]{1,64}):([A-Za-z0-9+/_-]{43}=?)$/.exec(part) ?? [];
    if (!id || !base64) throw new ConfigError([`${from}: expected id:base64 of 32 bytes, comma-separated.`]);
    return { id, key: new Uint8Array(Buffer.from(base64, "base64")) };
  });
  if (keys.length === 0) throw new ConfigError([`${from} holds no key.`]);
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new ConfigError([`${from} names a key id twice.`]);
  return keys;
}
