import { parseArgs } from "node:util";
import { benchCalls } from "./calls.ts";
import { benchIntake } from "./intake.ts";
import { createReport } from "./report.ts";

// npm run bench -- calls|intake [--quick] [--engine embedded|postgres]
// JSON lines on standard output, a table at the end on standard error. Figures are read against the floors of the same run.
const benches = { calls: benchCalls, intake: benchIntake };
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" }, engine: { type: "string" } },
});
const serverUrl = process.env.TIELINE_TEST_DATABASE_URL ?? "";
const engines = values.engine ? [values.engine] : ["embedded", ...(serverUrl ? ["postgres"] : [])];
const wanted = positionals.length > 0 ? positionals : Object.keys(benches);

for (const name of wanted) {
  const bench = benches[name as keyof typeof benches];
  if (!bench) {
    console.error(`There is no bench ${name}. There are: ${Object.keys(benches).join(", ")}.`);
    process.exit(2);
  }
  const report = createReport(name);
  for (const engine of engines)
    await bench({
      engine: engine === "postgres" ? "postgres" : "embedded",
      serverUrl,
      quick: values.quick ?? false,
      report,
    });
  report.printTable();
}
