import { PlatformError } from "#core";

const deepest = 64;

/**
 * A body as JSON. Refuses what a database cannot hold (NUL, half of a surrogate pair), keys that would reach an object's
 * prototype, and nesting that could exhaust the stack of whoever walks the value.
 */
export function parseJsonBody(raw: Buffer): unknown {
  if (raw.length === 0) return undefined;
  refuseDeepNesting(raw);
  const text = raw.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PlatformError("request.malformed", "The body is not valid JSON.", { cause: error });
  }
  // Only an escape or the plain words can bring these in, so nearly every body skips the walk.
  if (/__proto__|constructor|prototype|\\u/i.test(text)) refuseUnsafe(value, "");
  return value;
}

function refuseDeepNesting(raw: Buffer): void {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at];
    if (isText) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > deepest)
        throw new PlatformError("request.malformed", `The body is nested deeper than ${deepest} levels.`);
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
}

function refuseUnsafe(value: unknown, pointer: string): void {
  if (typeof value === "string") {
    if (value.includes("\0") || !value.isWellFormed()) throw unsafe(pointer, "holds a character that cannot be stored");
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseUnsafe(item, `${pointer}/${index}`);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      if (name === "__proto__" || name.includes("\0") || !name.isWellFormed() || reachesPrototype(name, item))
        throw unsafe(pointer, "has a key that is not allowed");
      refuseUnsafe(item, `${pointer}/${name}`);
    }
  }
}

function reachesPrototype(name: string, item: unknown): boolean {
  return name === "constructor" && typeof item === "object" && item !== null && Object.hasOwn(item, "prototype");
}

function unsafe(pointer: string, what: string): PlatformError {
  return new PlatformError("request.invalid", `The value at ${pointer || "/"} ${what}.`, {
    errors: [{ pointer, code: "unsafe", detail: `It ${what}.` }],
  });
}
