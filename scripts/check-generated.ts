// `npm run check:generated`: writes everything that is written from code once more and fails where that changed a file.
import { spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const generators = ["scripts/generate-schema-types.ts", "scripts/write-reference.ts"];
const places = ["src/db/schema.generated.ts", ".env.example", "docs/reference"];

const before = await snapshot();
for (const generator of generators) {
  const { status } = spawnSync(process.execPath, [generator], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) stop(`${generator} failed.`);
}
const after = await snapshot();
if (after.size === 0) stop("Nothing was generated.");
const stale = [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));
if (stale.length > 0) stop(`Out of date, and now written again; commit them:\n  ${stale.sort().join("\n  ")}`);
console.log(`Generated files are current: ${after.size}.`);

async function snapshot(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const place of places)
    for (const file of await filesIn(place)) texts.set(file, await fs.readFile(path.join(root, file), "utf8"));
  return texts;
}

async function filesIn(place: string): Promise<string[]> {
  const stat = await fs.stat(path.join(root, place)).catch(() => null);
  if (!stat) return [];
  if (!stat.isDirectory()) return [place];
  return Array.fromAsync(fs.glob(`${place}/**/*.*`, { cwd: root }));
}

function stop(message: string): never {
  console.error(message);
  process.exit(1);
}
