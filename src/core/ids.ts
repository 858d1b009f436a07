import { randomUUIDv7 } from "node:crypto";
import { PlatformError } from "./errors.ts";

/** What an id names, with the prefix people see (`con_01h…`). The database keeps the bare UUID. */
export const idPrefixes = {
  tenant: "ten",
  agent: "agt",
  apiKey: "key",
  connection: "con",
  connectToken: "ctk",
  call: "cal",
  callSync: "csy",
  contact: "cnt",
  event: "evt",
  inboundEvent: "inb",
  run: "run",
  plan: "pln",
  conflict: "cfl",
  endpoint: "end",
  message: "msg",
  attempt: "att",
  request: "req",
  import: "imp",
} as const;
export type IdKind = keyof typeof idPrefixes;

/** A UUIDv7 that names one kind of thing, so that a tenant id cannot slip in where a connection id belongs. */
export type Id<K extends IdKind> = string & { readonly __id: K };
export type TenantId = Id<"tenant">;
export type AgentId = Id<"agent">;
export type ConnectionId = Id<"connection">;
export type CallId = Id<"call">;
export type CallSyncId = Id<"callSync">;
export type ContactId = Id<"contact">;

/** A new time-ordered id, made in the app so that a row and what refers to it can be written together. */
export function newId<K extends IdKind>(_kind: K): Id<K> {
  return randomUUIDv7() as Id<K>;
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const values = new Map([...alphabet].map((character, value) => [character, BigInt(value)]));
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id as people see it: a TypeID (https://github.com/jetify-com/typeid), `con_` and 26 characters. */
export function toPublicId(kind: IdKind, uuid: string): string {
  let rest = BigInt(`0x${uuid.replaceAll("-", "")}`);
  let text = "";
  for (let position = 0; position < 26; position++) {
    text = alphabet[Number(rest & 31n)] + text;
    rest >>= 5n;
  }
  return `${idPrefixes[kind]}_${text}`;
}

/** Reads a TypeID of the given kind, or a bare UUID. Throws `request.invalid_id` for anything else. */
export function parsePublicId<K extends IdKind>(kind: K, text: string): Id<K> {
  const id = tryParsePublicId(kind, text);
  if (id) return id;
  throw new PlatformError("request.invalid_id", `Not a ${kind} id: expected ${idPrefixes[kind]}_ and 26 characters.`);
}

/** Like `parsePublicId`, but answers null. */
export function tryParsePublicId<K extends IdKind>(kind: K, text: string): Id<K> | null {
  if (uuidPattern.test(text)) return text.toLowerCase() as Id<K>;
  const prefix = `${idPrefixes[kind]}_`;
  if (!text.startsWith(prefix) || text.length !== prefix.length + 26) return null;
  let number = 0n;
  for (const character of text.slice(prefix.length)) {
    const value = values.get(character);
    if (value === undefined) return null;
    number = (number << 5n) | value;
  }
  if (number >> 128n) return null; // 26 × 5 bits hold 130
  const hex = number.toString(16).padStart(32, "0");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-") as Id<K>;
}
