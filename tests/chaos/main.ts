import { parseArgs } from "node:util";
import { callsChaos } from "./calls.ts";

// npm run chaos -- calls [--short] [--engine embedded|postgres] [--seed n]
// Prints one JSON line per engine and ends with 1 when anything was lost or doubled.
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { short: { type: "boolean" }, engine: { type: "string" }, seed: { type: "string" } },
});
const serverUrl = process.env.TIELINE_TEST_DATABASE_URL ?? "";
const engines = values.engine ? [values.engine] : ["embedded", ...(serverUrl ? ["postgres"] : [])];
if (positionals[0] !== "calls") {
  console.error("Usage: npm run chaos -- calls [--short] [--engine embedded|postgres] [--seed n]");
  process.exit(2);
}
if (!values.engine && !serverUrl) console.error("TIELINE_TEST_DATABASE_URL is not set: PostgreSQL is left out.");

let failed = false;
for (const engine of engines) {
  const report = await callsChaos({
    engine: engine === "postgres" ? "postgres" : "embedded",
    serverUrl,
    calls: values.short ? 300 : 2_000,
    kills: values.short ? 6 : 24,
    seed: Number(values.seed ?? Date.now() % 100_000),
  });
  console.log(JSON.stringify(report));
  failed ||= report.lost > 0 || report.duplicated > 0 || report.kills < (values.short ? 6 : 20);
}
process.exit(failed ? 1 : 0);
