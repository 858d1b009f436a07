import type { SimulatorClock } from "#simulators/kit";

export type Values = Record<string, unknown>;

export interface Row {
  /** A number for most things, a text for leads and call logs. */
  id: number | string;
  /** Milliseconds, cut to whole seconds as Pipedrive does. */
  addTime: number;
  updateTime: number;
  deletedAt: number | undefined;
  values: Values;
  /** By the 40 characters of a custom field. */
  custom: Values;
  /** When it was made, to the millisecond: the search index counts from here. */
  madeAt: number;
}

const purgedAfterMs = 30 * 86_400_000;

/** Rows of one kind. Deleted ones stay for 30 days, as at Pipedrive. */
export interface Table {
  add(values: Values, custom?: Values, addTime?: number): Row;
  /** Deleted rows too, until they are purged. */
  get(id: number | string): Row | undefined;
  live(): Row[];
  all(): Row[];
  touch(row: Row): void;
  remove(row: Row): void;
  readonly size: number;
}

export function createTable({ clock, nextId }: { clock: SimulatorClock; nextId: () => number | string }): Table {
  const rows = new Map<string, Row>();
  return {
    add,
    get,
    live: () => all().filter(({ deletedAt }) => deletedAt === undefined),
    all,
    touch: (row) => {
      row.updateTime = wholeSeconds(clock.now());
    },
    remove: (row) => {
      row.deletedAt = clock.now();
      row.updateTime = wholeSeconds(clock.now());
    },
    get size() {
      let count = 0;
      for (const { deletedAt } of rows.values()) if (deletedAt === undefined) count++;
      return count;
    },
  };

  function add(values: Values, custom: Values = {}, addTime?: number): Row {
    const madeAt = clock.now();
    const at = wholeSeconds(madeAt);
    const row = { id: nextId(), addTime: addTime ?? at, updateTime: at, deletedAt: undefined, values, custom, madeAt };
    rows.set(String(row.id), row);
    return row;
  }

  function get(id: number | string): Row | undefined {
    const row = rows.get(String(id));
    return row && !isPurged(row) ? row : undefined;
  }

  function all(): Row[] {
    return [...rows.values()].filter((row) => !isPurged(row));
  }

  function isPurged({ deletedAt }: Row): boolean {
    return deletedAt !== undefined && clock.now() - deletedAt >= purgedAfterMs;
  }
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
