import { ArrowUp } from "lucide-react";
import { useState } from "react";
import { count } from "../rules/instants.ts";

interface Held<Row> {
  scope: string;
  rows: Row[];
}

/**
 * Keeps a live list still: rows that are shown change in place, rows that are new wait until somebody asks for them.
 * A new scope (another filter or page) starts afresh, and so does a list that was empty.
 */
export function useHeldRows<Row extends { id: string }>(latest: Row[], scope: string) {
  const [held, setHeld] = useState<Held<Row>>({ scope, rows: latest });
  let current = held;
  if (held.scope !== scope || (held.rows.length === 0 && latest.length > 0)) {
    current = { scope, rows: latest };
    setHeld(current);
  }
  const known = new Map(latest.map((row) => [row.id, row]));
  const shown = new Set(current.rows.map(({ id }) => id));
  const oldest = latest.findIndex(({ id }) => shown.has(id));
  return {
    rows: current.rows.map((row) => known.get(row.id) ?? row),
    // Rows below the first known one came up from the next page: they are not new.
    waiting: oldest === -1 ? latest.length : oldest,
    showAll: () => setHeld({ scope, rows: latest }),
  };
}

/** The scope of a filtered list. While the rows of the filter before still stand in, theirs is another one. */
export function heldScope(filter: unknown, isStandIn: boolean): string {
  return JSON.stringify([filter, isStandIn]);
}

export function NewRowsPill({ waiting, onShow }: { waiting: number; onShow: () => void }) {
  if (waiting === 0) return null;
  return (
    <div className="pointer-events-none sticky top-16 z-20 flex h-0 justify-center">
      <button
        type="button"
        onClick={onShow}
        className="touch pointer-events-auto inline-flex h-7 -translate-y-1 items-center gap-1 rounded-full bg-accent-fill px-3 text-xs font-medium text-white shadow-float hover:bg-accent-fill-hover"
      >
        <ArrowUp aria-hidden className="size-3.5" />
        <span className="numbers">{count(waiting)}</span> new
      </button>
    </div>
  );
}
