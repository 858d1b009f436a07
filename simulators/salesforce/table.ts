import type { Value } from "./fields.ts";
import type { ObjectType } from "./objects.ts";

export interface Row {
  readonly id: string;
  values: Record<string, Value>;
  deletedAt: number | undefined;
  modifiedAt: number;
  /** What the search index may still show: older states, newest last. */
  versions: Array<{ at: number; values: Record<string, Value> }>;
}

/** The rows of one object, with an index for each field whose values are looked up. */
export interface Table {
  readonly type: ObjectType;
  get(id: string): Row | undefined;
  rows(): Iterable<Row>;
  put(id: string, values: Record<string, Value>, at: number, lagMs: number): Row;
  remove(row: Row, at: number): void;
  restore(row: Row, at: number): void;
  /** Rows that are not deleted, by an external id or a unique field; the case of letters does not count. */
  find(field: string, value: Value): Row[];
  count(): number;
  /** From here on every change can be taken back. */
  begin(): void;
  end(keep: boolean): void;
}

export function createTable(type: ObjectType): Table {
  const rows = new Map<string, Row>();
  const indexes = new Map<string, Map<string, Set<Row>>>();
  let undo: Array<() => void> | undefined;
  let live = 0;

  return { type, get: (id) => rows.get(id), rows: () => rows.values(), put, remove, restore, find, count, begin, end };

  function put(id: string, values: Record<string, Value>, at: number, lagMs: number): Row {
    const known = rows.get(id);
    const row: Row = known ?? { id, values: {}, deletedAt: undefined, modifiedAt: at, versions: [] };
    const before = { values: row.values, modifiedAt: row.modifiedAt, versions: [...row.versions] };
    if (known) unindex(row);
    else {
      rows.set(id, row);
      live++;
    }
    row.values = values;
    row.modifiedAt = at;
    row.versions = [...keepVisible(row.versions, at - lagMs), { at, values }];
    index(row);
    undo?.push(() => {
      unindex(row);
      if (known) {
        Object.assign(row, before);
        index(row);
      } else {
        rows.delete(id);
        live--;
      }
    });
    return row;
  }

  function remove(row: Row, at: number): void {
    const modifiedAt = row.modifiedAt;
    unindex(row);
    row.deletedAt = at;
    row.modifiedAt = at;
    live--;
    undo?.push(() => {
      restore(row, modifiedAt);
    });
  }

  function restore(row: Row, at: number): void {
    if (row.deletedAt === undefined) return;
    row.deletedAt = undefined;
    row.modifiedAt = at;
    live++;
    index(row);
  }

  function find(field: string, value: Value): Row[] {
    let known = indexes.get(field);
    if (!known) {
      known = new Map();
      indexes.set(field, known);
      for (const row of rows.values()) if (row.deletedAt === undefined) enter(known, row, field);
    }
    return value === null ? [] : [...(known.get(keyOf(value)) ?? [])];
  }

  function count(): number {
    return live;
  }

  function begin(): void {
    undo = [];
  }

  function end(keep: boolean): void {
    const steps = undo ?? [];
    undo = undefined;
    if (!keep) for (const step of steps.reverse()) step();
  }

  function index(row: Row): void {
    for (const [field, known] of indexes) enter(known, row, field);
  }

  function unindex(row: Row): void {
    for (const [field, known] of indexes) {
      const value = row.values[field];
      if (value !== null && value !== undefined) known.get(keyOf(value))?.delete(row);
    }
  }
}

function enter(known: Map<string, Set<Row>>, row: Row, field: string): void {
  const value = row.values[field];
  if (value === null || value === undefined) return;
  const key = keyOf(value);
  const held = known.get(key);
  if (held) held.add(row);
  else known.set(key, new Set([row]));
}

function keyOf(value: string | number | boolean): string {
  return String(value).toLowerCase();
}

// Of what is older than the index, only the newest can still be seen.
function keepVisible(versions: Row["versions"], indexedUpTo: number): Row["versions"] {
  const last = versions.findLastIndex(({ at }) => at <= indexedUpTo);
  return last > 0 ? versions.slice(last) : versions;
}
