import type { SimulatorClock } from "#simulators/kit";
import type { Properties } from "./properties.ts";
import { createSearchIndex, type SearchIndex } from "./search-index.ts";

export interface CrmRecord {
  id: string;
  /** Replaced on every write and never changed in place, so that the search index can hold an older one. */
  properties: Properties;
  createdAt: number;
  updatedAt: number;
  archivedAt: number | undefined;
  /** To type id → to object id → association type keys. */
  links: Map<string, Map<string, number[]>> | undefined;
  /** Earlier values of changed properties, newest first. */
  history: Map<string, PastValue[]> | undefined;
}

export interface PastValue {
  value: string;
  timestamp: number;
  sourceType: string;
}

/** The records of one object type in one account. Every look-up is by index; only lists walk. */
export interface Table {
  search: SearchIndex;
  insert(record: CrmRecord): void;
  /** Stores new values and moves the indexes. */
  update(record: CrmRecord, properties: Properties, now: number): void;
  archive(record: CrmRecord, now: number): void;
  restore(record: CrmRecord): void;
  /** Gone for good, also from the recycle bin. */
  purge(record: CrmRecord): void;
  get(id: string): CrmRecord | undefined;
  getArchived(id: string): CrmRecord | undefined;
  findUnique(property: string, value: string): CrmRecord | undefined;
  addUnique(property: string): void;
  /** Lets the id of a merged record lead to the survivor. */
  addAlias(oldId: string, record: CrmRecord): void;
  /** Live records with an id above `after`, in id order. */
  list(after: number, limit: number, archived: boolean): CrmRecord[];
  readonly size: number;
  readonly archivedSize: number;
}

export function createTable(needs: {
  clock: SimulatorClock;
  lagMs: () => number;
  uniqueProperties: string[];
  modifiedProperty: string;
}): Table {
  const { clock, lagMs, modifiedProperty } = needs;
  const live = new Map<string, CrmRecord>();
  const archived = new Map<string, CrmRecord>();
  const aliases = new Map<string, CrmRecord>();
  const unique = new Map(needs.uniqueProperties.map((name) => [name, new Map<string, CrmRecord>()]));
  // In id order because ids only grow; archived ones stay until a third of the list is dead.
  let order: CrmRecord[] = [];
  let archivedOrder: CrmRecord[] | undefined;
  const search = createSearchIndex({ clock, lagMs });

  return {
    search,
    insert,
    update,
    archive,
    restore,
    purge,
    get,
    getArchived: (id) => archived.get(id),
    findUnique: (property, value) => unique.get(property)?.get(value.toLowerCase()),
    addUnique,
    addAlias: (oldId, record) => void aliases.set(oldId, record),
    list,
    get size() {
      return live.size;
    },
    get archivedSize() {
      return archived.size;
    },
  };

  function insert(record: CrmRecord): void {
    live.set(record.id, record);
    order.push(record);
    indexUnique(record, record.properties);
    search.put(record, record.properties);
  }

  function update(record: CrmRecord, properties: Properties, now: number): void {
    unindexUnique(record, record.properties);
    record.properties = properties;
    record.updatedAt = now;
    properties[modifiedProperty] = new Date(now).toISOString();
    indexUnique(record, properties);
    search.put(record, properties);
  }

  function archive(record: CrmRecord, now: number): void {
    live.delete(record.id);
    unindexUnique(record, record.properties);
    record.archivedAt = now;
    record.updatedAt = now;
    archived.set(record.id, record);
    archivedOrder = undefined;
    search.remove(record);
    if (order.length > 64 && live.size * 1.5 < order.length) order = order.filter(({ id }) => live.has(id));
  }

  function restore(record: CrmRecord): void {
    archived.delete(record.id);
    archivedOrder = undefined;
    record.archivedAt = undefined;
    live.set(record.id, record);
    order = [...live.values()].sort((a, b) => Number(a.id) - Number(b.id));
    indexUnique(record, record.properties);
    search.put(record, record.properties);
  }

  function purge(record: CrmRecord): void {
    if (record.archivedAt === undefined) archive(record, clock.now());
    archived.delete(record.id);
    archivedOrder = undefined;
  }

  function get(id: string): CrmRecord | undefined {
    const found = live.get(id) ?? aliases.get(id);
    return found?.archivedAt === undefined ? found : undefined;
  }

  function addUnique(property: string): void {
    if (!unique.has(property)) unique.set(property, new Map());
  }

  function list(after: number, limit: number, fromArchive: boolean): CrmRecord[] {
    archivedOrder ??= [...archived.values()].sort((a, b) => Number(a.id) - Number(b.id));
    const source = fromArchive ? archivedOrder : order;
    const page: CrmRecord[] = [];
    for (let index = firstAbove(source, after); index < source.length && page.length < limit; index++) {
      const record = source[index] as CrmRecord;
      if (fromArchive || record.archivedAt === undefined) page.push(record);
    }
    return page;
  }

  function indexUnique(record: CrmRecord, properties: Properties): void {
    for (const [name, index] of unique) {
      for (const value of uniqueValues(name, properties)) if (!index.has(value)) index.set(value, record);
    }
  }

  function unindexUnique(record: CrmRecord, properties: Properties): void {
    for (const [name, index] of unique) {
      for (const value of uniqueValues(name, properties)) if (index.get(value) === record) index.delete(value);
    }
  }
}

// A merged contact is found by each of its addresses.
function uniqueValues(name: string, properties: Properties): string[] {
  const value = properties[name];
  const more = name === "email" ? properties.hs_additional_emails : undefined;
  if (!more) return value ? [value.toLowerCase()] : [];
  return [...(value ? [value] : []), ...more.split(";")].map((text) => text.toLowerCase());
}

function firstAbove(records: readonly CrmRecord[], after: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number((records[middle] as CrmRecord).id) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
