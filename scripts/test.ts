// `npm test`, or `npm test -- src/db webhooks` for the files whose path holds one of these words.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { findTestFiles } from "./test/find-files.ts";
import { shortcomings, totalLines } from "./test/report.ts";
import { runFiles } from "./test/run-files.ts";
import { findServices } from "./test/services.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

const { lines, hasBrowser } = await findServices(process.env).catch((error: Error) => stop(error.message));
const filters = process.argv.slice(2);
const files = await findTestFiles(root, { filters, hasBrowser });
if (files.length === 0) stop("No test file was found.");
if (files.some((file) => file.startsWith("tests/browser/"))) buildDashboard();

const totals = await runFiles(files, console.log);

for (const failure of totals.failures) console.log(`\n${failure}`);
console.log(`\n${lines.map((line) => `  ${line}`).join("\n")}`);
for (const [reason, count] of totals.skips) console.log(`  skipped ${count}: ${reason}`);
// The providers' own documents may not be kept here, so what is compared with them runs only where a copy is at hand.
const maySkip = (reason: string) =>
  process.env.TIELINE_REQUIRE_SERVICES !== "1" || reason.includes("reference documents");
const reasons = shortcomings(totals, { maySkip });
for (const reason of reasons) console.log(`✖ ${reason}`);
console.log(totalLines(totals).join("\n"));
// A test that leaves a handle open must not keep the run from ending.
process.exit(reasons.length > 0 ? 1 : 0);

/** The browser looks at the built pages, so they must be those of the sources. */
function buildDashboard(): void {
  const { status } = spawnSync(process.execPath, ["scripts/build-dashboard.ts", "--if-stale"], { stdio: "inherit" });
  if (status !== 0) stop("The dashboard could not be built.");
}

function stop(message: string): never {
  console.error(message);
  process.exit(1);
}
