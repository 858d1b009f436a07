import { type Id, type IdKind, PlatformError, toPublicId, tryParsePublicId } from "#core";

/** An id from a path or a body. Whatever is no id of the kind is simply not there. */
export function idFrom<K extends IdKind>(kind: K, text: string): Id<K> {
  const id = tryParsePublicId(kind, text);
  if (id) return id;
  throw notFound(kind);
}

export function notFound(kind: string): PlatformError {
  return new PlatformError("request.not_found", `There is no such ${kind} here.`);
}

export function found<T>(kind: string, value: T | null | undefined): T {
  if (value === null || value === undefined) throw notFound(kind);
  return value;
}

/** A bare id as people see it; text that is no UUID stays as it is. */
export function shown(kind: IdKind, id: string): string {
  const uuid = tryParsePublicId(kind, id);
  return uuid ? toPublicId(kind, uuid) : id;
}

export function instant(value: Date | string): string {
  return typeof value === "string" ? value : value.toISOString();
}

export function maybeInstant(value: Date | string | null): string | null {
  return value === null ? null : instant(value);
}

export function isUniqueViolation(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "23505";
}
