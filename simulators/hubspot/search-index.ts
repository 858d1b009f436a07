import type { SimulatorClock } from "#simulators/kit";
import type { Properties } from "./properties.ts";
import type { CrmRecord } from "./table.ts";

/** What search can see: every write arrives here `lagMs` later than everywhere else. */
export interface SearchIndex {
  put(record: CrmRecord, properties: Properties): void;
  remove(record: CrmRecord): void;
  /** The searchable records, each with the values search knows, oldest first. */
  all(): ReadonlyMap<CrmRecord, Properties>;
  /** The values that search knows of one record. */
  read(record: CrmRecord): Properties | undefined;
  /** Records whose property has this value, any case. The index is built when first asked for. */
  withValue(property: string, value: string): ReadonlySet<CrmRecord>;
}

interface Pending {
  dueAt: number;
  record: CrmRecord;
  properties: Properties | undefined;
}

const none: ReadonlySet<CrmRecord> = new Set();

export function createSearchIndex({ clock, lagMs }: { clock: SimulatorClock; lagMs: () => number }): SearchIndex {
  const visible = new Map<CrmRecord, Properties>();
  const byValue = new Map<string, Map<string, Set<CrmRecord>>>();
  let pending: Pending[] = [];
  let head = 0;

  return {
    put: (record, properties) => change(record, properties),
    remove: (record) => change(record, undefined),
    all,
    read: (record) => visible.get(record),
    withValue,
  };

  function all(): ReadonlyMap<CrmRecord, Properties> {
    settle();
    return visible;
  }

  function change(record: CrmRecord, properties: Properties | undefined): void {
    const lag = lagMs();
    if (lag <= 0 && head === pending.length) show(record, properties);
    else pending.push({ dueAt: clock.now() + lag, record, properties });
  }

  function settle(): void {
    const now = clock.now();
    while (head < pending.length && (pending[head] as Pending).dueAt <= now) {
      const { record, properties } = pending[head++] as Pending;
      show(record, properties);
    }
    if (head > 256 || head === pending.length) {
      pending = pending.slice(head);
      head = 0;
    }
  }

  function show(record: CrmRecord, properties: Properties | undefined): void {
    const before = visible.get(record);
    if (properties) visible.set(record, properties);
    else visible.delete(record);
    for (const [property, index] of byValue) {
      const [oldKey, newKey] = [keyOf(before, property), keyOf(properties, property)];
      if (oldKey === newKey) continue;
      if (oldKey !== undefined) index.get(oldKey)?.delete(record);
      if (newKey !== undefined) addTo(index, newKey, record);
    }
  }

  function withValue(property: string, value: string): ReadonlySet<CrmRecord> {
    settle();
    let index = byValue.get(property);
    if (!index) {
      index = new Map();
      for (const [record, properties] of visible) {
        const key = keyOf(properties, property);
        if (key !== undefined) addTo(index, key, record);
      }
      byValue.set(property, index);
    }
    return index.get(value.toLowerCase()) ?? none;
  }
}

function addTo(index: Map<string, Set<CrmRecord>>, key: string, record: CrmRecord): void {
  const records = index.get(key);
  if (records) records.add(record);
  else index.set(key, new Set([record]));
}

function keyOf(properties: Properties | undefined, property: string): string | undefined {
  return properties?.[property]?.toLowerCase() ?? undefined;
}
