import type { Subject } from "./subject.ts";

/** Calls and messages of one person: whoever shares a phone number or an e-mail address. */
export interface PersonGroup<Item extends { subject: Subject }> {
  /** The first one's phone, else its e-mail: the identity under which a contact is made. */
  key: string;
  keys: Set<string>;
  items: Item[];
}

/** The keys by which a person is known: `phone:+14079780655`, `email:jane@example.com`. */
export function personKeys({ customer_phone, customer_email }: Subject["record"]): string[] {
  return [
    ...(customer_phone ? [`phone:${customer_phone}`] : []),
    ...(customer_email ? [`email:${customer_email}`] : []),
  ];
}

/** Puts together what belongs to one person, so that one slice makes one contact. Items without any key are left out. */
export function groupByPerson<Item extends { subject: Subject }>(items: readonly Item[]): PersonGroup<Item>[] {
  const groupOf = new Map<string, PersonGroup<Item>>();
  const groups = new Set<PersonGroup<Item>>();
  for (const item of items) {
    const keys = personKeys(item.subject.record);
    const [key] = keys;
    if (!key) continue;
    const known = [...new Set(keys.flatMap((one) => groupOf.get(one) ?? []))];
    const group = known[0] ?? { key, keys: new Set(), items: [] };
    groups.add(group);
    for (const other of known.slice(1)) {
      // This one's phone is of one person and its e-mail of another: they are the same one.
      for (const one of other.keys) group.keys.add(one);
      group.items.push(...other.items);
      groups.delete(other);
    }
    for (const one of keys) group.keys.add(one);
    for (const one of group.keys) groupOf.set(one, group);
    group.items.push(item);
  }
  return [...groups];
}
