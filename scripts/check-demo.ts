// Reads what `npm run demo -- --once --json` printed: one object, in which everything happened exactly once.
import { text } from "node:stream/consumers";
import * as z from "zod";

const once = z.literal(1);
const Report = z.object({
  calls: once,
  contacts_created: once,
  notes: once,
  meetings: once,
  workflow_enrollments: once,
  zapier_posts: once,
  ms: z.number().positive(),
});

const printed = await text(process.stdin);
console.log(printed.trim());
const { ms } = Report.parse(JSON.parse(printed));
console.log(`The call is in the CRM once, with all its steps, after ${ms} ms.`);
