import type { Random } from "#simulators/kit";
import type { Portal, TypeState } from "./portal.ts";
import { checkCreate, commitCreate } from "./records.ts";

/** Rows to create, or how many to make up, by object type. */
export type Seed = Record<string, number | Array<Record<string, string>>>;

const firstNames = [
  "Ana",
  "Ben",
  "Chloe",
  "Dev",
  "Elena",
  "Farid",
  "Grace",
  "Hugo",
  "Ines",
  "Jane",
  "Kofi",
  "Lena",
  "Mateo",
  "Noor",
  "Zoë",
];
const lastNames = [
  "Abbott",
  "Brown",
  "Castillo",
  "Diaz",
  "Evans",
  "Fischer",
  "Garcia",
  "Hughes",
  "Ito",
  "Jones",
  "Kim",
  "Lopez",
  "Smith",
  "O'Neil",
];
const cities = ["Orlando", "Austin", "Denver", "Portland", "Tampa"];

/** Fills an account as if somebody had typed it in. Answers how many records there are of each seeded type. */
export function seedPortal(portal: Portal, seed: Seed): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [name, rows] of Object.entries(seed)) {
    const state = portal.type(name);
    if (!state) throw new Error(`The HubSpot simulator has no object type ${name}`);
    // One by one, since what is made up depends on how many there are already.
    for (let index = 0; index < (typeof rows === "number" ? rows : rows.length); index++) {
      const properties = typeof rows === "number" ? invent(portal, state) : rows[index];
      commitCreate(portal, state, checkCreate(portal, state, { properties }), "CRM_UI");
    }
    counts[name] = state.table.size;
  }
  return counts;
}

function invent(portal: Portal, { type, table }: TypeState): Record<string, string> {
  const { random } = portal;
  const number = table.size + table.archivedSize + 1;
  const [first, last] = [random.pick(firstNames), random.pick(lastNames)];
  const at = new Date(portal.clock.now() - random.integer(0, 90 * 86_400_000)).toISOString();
  switch (type.name) {
    case "contacts":
      return {
        firstname: first,
        lastname: last,
        email: `customer${number}@example.com`,
        phone: phone(number),
        city: random.pick(cities),
      };
    case "companies":
      return { name: `${last} & Co ${number}`, domain: `company${number}.example.com`, phone: phone(number) };
    case "deals":
      return {
        dealname: `Roof for ${first} ${last}`,
        amount: String(random.integer(500, 30_000)),
        pipeline: "default",
        dealstage: stage(portal, random),
      };
    case "notes":
      return { hs_timestamp: at, hs_note_body: `<p>Spoke with ${first} ${last}.</p>` };
    case "meetings":
      return { hs_timestamp: at, hs_meeting_title: `Inspection for ${first} ${last}`, hs_meeting_start_time: at };
    case "calls":
      return { hs_timestamp: at, hs_call_title: `Call with ${first} ${last}`, hs_call_status: "COMPLETED" };
    case "tasks":
      return { hs_timestamp: at, hs_task_subject: `Call ${first} ${last} back`, hs_task_status: "NOT_STARTED" };
    default:
      return { hs_timestamp: at };
  }
}

// Seven digits of their own for each record, so that seeded people never share a number.
function phone(number: number): string {
  const digits = String(2_000_000 + number).padStart(7, "0");
  return `+1407${digits.slice(0, 7)}`;
}

function stage(portal: Portal, random: Random): string {
  const stages = portal.pipelines.get("0-3")?.[0]?.stages ?? [];
  return random.pick(stages).id;
}
