import { parseArgs } from "node:util";
import { benchBurst } from "./burst.ts";
import { benchCalls } from "./calls.ts";
import { benchIntake } from "./intake.ts";
import { type BenchOptions, createReport } from "./report.ts";

// npm run bench -- calls|intake|burst [--quick] [--engine embedded|postgres]
// JSON lines on standard output, a table at the end on standard error. Figures are read against the floors of the same run.
// Ends with 1 when a bench finds that something was lost, doubled or too late.
const benches: Record<string, (options: BenchOptions) => Promise<unknown>> = {
  calls: benchCalls,
  intake: benchIntake,
  burst: benchBurst,
};
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean" }, engine: { type: "string" } },
});
const serverUrl = process.env.TIELINE_TEST_DATABASE_URL ?? "";
const engines = values.engine ? [values.engine] : ["embedded", ...(serverUrl ? ["postgres"] : [])];
const wanted = positionals.length > 0 ? positionals : Object.keys(benches);

let isSound = true;
for (const name of wanted) {
  const bench = benches[name];
  if (!bench) {
    console.error(`There is no bench ${name}. There are: ${Object.keys(benches).join(", ")}.`);
    process.exit(2);
  }
  const report = createReport(name);
  for (const engine of engines) {
    const verdict = await bench({
      engine: engine === "postgres" ? "postgres" : "embedded",
      serverUrl,
      quick: values.quick ?? false,
      report,
    });
    isSound &&= verdict !== false;
  }
  report.printTable();
}
process.exit(isSound ? 0 : 1);
