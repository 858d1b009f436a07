import type { SimulatorClock } from "./clock.ts";
import type { Random } from "./random.ts";

export const faultKinds = [
  "status",
  "commit-then-status",
  "commit-then-drop",
  "drop-before",
  "slow",
  "malformed",
] as const;

/** `commit-…` kinds let the write happen first; the caller then sees a failure although the record exists. */
export type FaultKind = (typeof faultKinds)[number];

/** When to make which trouble. Without `rate` and `count` it hits every matching request. */
export interface FaultRule {
  kind: FaultKind;
  /** Regular expressions over method and path (path without the query). */
  match?: { method?: string | RegExp; path?: string | RegExp };
  /** For the status kinds; 500 when absent. */
  status?: number;
  headers?: Record<string, string>;
  /** In place of the provider's own error body. */
  body?: unknown;
  /** For `slow`: how long. */
  ms?: number;
  /** Probability from 0 to 1. */
  rate?: number;
  /** How many times, then the rule is gone. */
  count?: number;
  /** Only until this instant of the simulator's clock. */
  until?: string | number;
}

export interface Faults {
  add(rule: FaultRule): string;
  remove(id: string): boolean;
  clear(): void;
  list(): Array<{ id: string; hits: number; rule: FaultRule }>;
  /** The rule that hits this request, if any. */
  choose(method: string, path: string): FaultRule | undefined;
  /** All requests fail for so long: answered 503, or cut off. */
  outage(options: { ms: number; kind?: "refuse" | "drop" }): void;
  currentOutage(): "refuse" | "drop" | undefined;
}

interface Armed {
  id: string;
  rule: FaultRule;
  method: RegExp | undefined;
  path: RegExp | undefined;
  until: number;
  left: number;
  hits: number;
}

export function createFaults({ clock, random }: { clock: SimulatorClock; random: Random }): Faults {
  let armed: Armed[] = [];
  let counter = 0;
  let outageEnds = 0;
  let outageKind: "refuse" | "drop" = "refuse";

  return { add, remove, clear, list, choose, outage, currentOutage };

  function add(rule: FaultRule): string {
    if (!faultKinds.includes(rule.kind)) throw new Error(`Unknown fault kind: ${rule.kind}`);
    const until = rule.until === undefined ? Number.POSITIVE_INFINITY : new Date(rule.until).getTime();
    const id = `fault_${++counter}`;
    armed.push({
      id,
      rule,
      method: rule.match?.method === undefined ? undefined : new RegExp(rule.match.method, "i"),
      path: rule.match?.path === undefined ? undefined : new RegExp(rule.match.path),
      until,
      left: rule.count ?? Number.POSITIVE_INFINITY,
      hits: 0,
    });
    return id;
  }

  function remove(id: string): boolean {
    const before = armed.length;
    armed = armed.filter((rule) => rule.id !== id);
    return armed.length < before;
  }

  function clear(): void {
    armed = [];
    outageEnds = 0;
  }

  function list() {
    return armed.map(({ id, hits, rule }) => ({ id, hits, rule }));
  }

  function choose(method: string, path: string): FaultRule | undefined {
    if (armed.length === 0) return undefined;
    const now = clock.now();
    for (const fault of armed) {
      if (now >= fault.until || fault.left <= 0) continue;
      if (fault.method && !fault.method.test(method)) continue;
      if (fault.path && !fault.path.test(path)) continue;
      if (fault.rule.rate !== undefined && random.next() >= fault.rule.rate) continue;
      fault.left--;
      fault.hits++;
      return fault.rule;
    }
    return undefined;
  }

  function outage({ ms, kind = "refuse" }: { ms: number; kind?: "refuse" | "drop" }): void {
    outageEnds = clock.now() + ms;
    outageKind = kind;
  }

  function currentOutage(): "refuse" | "drop" | undefined {
    return outageEnds > 0 && clock.now() < outageEnds ? outageKind : undefined;
  }
}
