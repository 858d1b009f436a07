import { PlatformError } from "#core";

/** The value at a dotted path (`paging.next.after`; `""` is the whole), or undefined when there is none. */
export function readAt(value: unknown, path: string): unknown {
  if (path === "") return value;
  let found = value;
  for (const name of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** The text or whole number at a path, as text; null when there is none, or an empty one. */
export function readText(value: unknown, path: string): string | null {
  const found = readAt(value, path);
  if (typeof found === "number" && Number.isFinite(found)) return String(found);
  return typeof found === "string" && found !== "" ? found : null;
}

/** An answer from which no next page can be told. */
export function lostWay(why: string): PlatformError {
  return new PlatformError("provider.malformed_answer", `The provider's pages lead nowhere: ${why}.`);
}
