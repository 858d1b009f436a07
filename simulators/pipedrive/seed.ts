import type { Random } from "#simulators/kit";
import type { Company } from "./company.ts";
import { type EntityName, entities } from "./entities.ts";
import { createRecord } from "./records.ts";
import type { Values } from "./table.ts";

/** How many invented rows, or which ones. */
export type Seed = { [name in EntityName]?: number | Values[] };

const firstNames = ["Ana", "Ben", "Carla", "David", "Elena", "Frank", "Grace", "Hugo"];
const lastNames = ["Alvarez", "Brown", "Chen", "Diaz", "Evans", "Fischer", "Garcia", "Hill"];

const invent: Record<EntityName, (index: number, random: Random) => Values> = {
  persons: (index, random) => ({
    name: `${random.pick(firstNames)} ${random.pick(lastNames)}`,
    emails: [{ value: `customer${index}@example.com`, primary: true, label: "work" }],
    phones: [{ value: `+1407555${String(index).padStart(4, "0")}`, primary: true, label: "mobile" }],
  }),
  organizations: (index, random) => ({ name: `${random.pick(lastNames)} Roofing ${index}` }),
  deals: (index, random) => ({ title: `Roof ${index}`, value: random.integer(1_000, 40_000) }),
  activities: (index) => ({ subject: `Visit ${index}`, type: "meeting", due_date: "2026-03-02", due_time: "15:00" }),
};

export function seedCompany(company: Company, seed: Seed, random: Random): Record<string, number> {
  const made: Record<string, number> = {};
  const author = { userId: company.users[0]?.id ?? 0, source: "app" as const };
  for (const [name, wanted] of Object.entries(seed)) {
    const entity = entities[name as EntityName];
    if (!entity) throw new Error(`Nothing to seed at ${name}`);
    const first = company.tables[entity.name].size;
    const rows = Array.isArray(wanted)
      ? wanted
      : Array.from({ length: wanted }, (_, index) => invent[entity.name](first + index + 1, random));
    for (const row of rows) createRecord(company, entity, row, author);
    made[name] = rows.length;
  }
  return made;
}
