import type { Scope } from "./contract/session.ts";

/** Whether a key with these scopes may do what needs `wanted`. */
export function allows(granted: readonly string[], wanted: Scope | "any"): boolean {
  if (wanted === "any" || granted.includes("admin") || granted.includes(wanted)) return true;
  return wanted.endsWith(":read") && granted.includes("read");
}

/** The first of `wanted` that a key with `granted` cannot give away, or null: nobody makes a key that can more than theirs. */
export function firstBeyond(granted: readonly string[], wanted: readonly Scope[]): Scope | null {
  return wanted.find((scope) => !allows(granted, scope)) ?? null;
}
