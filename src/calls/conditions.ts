import { isOnlyOfCalls } from "#model";
import type { Subject } from "./subject.ts";

/** A rule that left a call or a message out: its id is what an item's `skipped` carries. */
export interface LeftOut {
  rule: string;
  detail: string;
}

/**
 * Whether a connection's `sync_conditions` (contract 2) let a call or a message through; null when they do.
 *
 * `{ "call_outcome": ["appointment_booked"], "min_duration_seconds": 60 }`: each entry must hold. A list names the values
 * that pass, a single value must be equal; `min_duration_seconds` is a lower bound. Any field of the call or of its extra
 * fields can be named. A message has no outcome and no duration: what asks for them says nothing about it.
 */
export function leftOutBy(conditions: unknown, { kind, record }: Subject): LeftOut | null {
  if (!conditions || typeof conditions !== "object") return null;
  for (const [field, wanted] of Object.entries(conditions)) {
    if (kind === "message" && (field === "min_duration_seconds" || isOnlyOfCalls(field))) continue;
    if (kind === "call" && field === "min_duration_seconds") {
      const seconds = record.duration_seconds ?? 0;
      if (typeof wanted === "number" && seconds < wanted) {
        return {
          rule: `rule:${field}`,
          detail: `Rule "at least ${wanted} s" left this out: the call took ${seconds} s.`,
        };
      }
      continue;
    }
    const value = fieldOf(record, field);
    const passing = Array.isArray(wanted) ? wanted : [wanted];
    if (!passing.some((one) => sameValue(one, value))) {
      const shown = value === null || value === undefined || value === "" ? "empty" : String(value).slice(0, 60);
      return {
        rule: `rule:${field}`,
        detail: `Rule "${field} is ${passing.join(" or ")}" left this out: it was ${shown}.`,
      };
    }
  }
  return null;
}

function fieldOf(record: Subject["record"], field: string): unknown {
  return Object.hasOwn(record, field) ? record[field as keyof typeof record] : record.extra[field];
}

function sameValue(wanted: unknown, value: unknown): boolean {
  if (wanted === value) return true;
  if (wanted === null || wanted === undefined || value === null || value === undefined) return false;
  return String(wanted).toLowerCase() === String(value).toLowerCase();
}
