// `npm run boundaries`: every folder imports only what it may, in by the front door. See rules.ts.
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readImports } from "./cruise.ts";
import { blindSpots, readPlanted } from "./planted.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folders = ["src", "simulators", "dashboard", "tests", "bench", "scripts"];
const planted = "^scripts/boundaries/planted/";

const problems = blindSpots(await readPlanted());
if (problems.length > 0) fail("The checker does not see what it must see:", problems);

const present = await Promise.all(folders.map((folder) => containsCode(path.join(root, folder))));
const reading = await readImports(
  root,
  folders.filter((_, index) => present[index]),
  planted,
);
if (reading.violations.length > 0)
  fail(
    `${reading.violations.length} imports cross a boundary:`,
    reading.violations.map(({ rule, comment, from, to }) => `${from} → ${to}\n    ${rule}: ${comment}`),
  );
if (reading.files.length <= 100 || reading.imports <= reading.files.length)
  fail("Too little was read to say anything:", [`${reading.files.length} files, ${reading.imports} imports`]);
console.log(`Boundaries hold: ${reading.imports} imports in ${reading.files.length} files.`);

async function containsCode(folder: string): Promise<boolean> {
  const names = await fs.readdir(folder, { recursive: true }).catch(() => []);
  return names.some((name) => /\.tsx?$/.test(name));
}

function fail(title: string, lines: readonly string[]): never {
  console.error([title, ...lines.map((line) => `  ${line}`)].join("\n"));
  process.exit(1);
}
