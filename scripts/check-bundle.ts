// Prints what a visitor downloads and fails when it is over budget: `node scripts/check-bundle.ts`, after a build.
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** In bytes of gzip. The font is not part of it: pages are painted without it, and it is shown below. */
const budgets = { firstLoad: 220_000, route: 60_000 };

interface Chunk {
  file: string;
  src?: string;
  isEntry?: boolean;
  isDynamicEntry?: boolean;
  imports?: string[];
  css?: string[];
}

const folder = fileURLToPath(new URL("../dist/dashboard", import.meta.url));
const manifest: Record<string, Chunk> = JSON.parse(await readFile(path.join(folder, ".vite/manifest.json"), "utf8"));
const entry = Object.values(manifest).find(({ isEntry }) => isEntry);
if (!entry) throw new Error("The build has no entry. Run npm run build:dashboard.");

const first = new Set(["index.html", "theme.js", ...filesOf(entry)]);
const rows = [{ name: "first load", bytes: await sizeOf(first), budget: budgets.firstLoad }];
for (const chunk of Object.values(manifest).filter(({ isDynamicEntry }) => isDynamicEntry)) {
  const more = filesOf(chunk).difference(first);
  rows.push({ name: path.basename(chunk.src ?? chunk.file), bytes: await sizeOf(more), budget: budgets.route });
}

for (const { name, bytes, budget } of rows)
  console.log(`${bytes > budget ? "✖" : " "} ${name.padEnd(28)} ${kilo(bytes)} of ${kilo(budget)} kB`);
const font = (await readdir(path.join(folder, "assets"))).find((name) => name.startsWith("inter-latin-wght"));
if (font) console.log(`  ${"font, Latin".padEnd(28)} ${kilo((await stat(path.join(folder, "assets", font))).size)} kB`);
process.exitCode = rows.some(({ bytes, budget }) => bytes > budget) ? 1 : 0;

/** A chunk with everything it cannot start without. */
function filesOf(chunk: Chunk, seen = new Set<string>()): Set<string> {
  if (seen.has(chunk.file)) return seen;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
  for (const name of chunk.imports ?? []) {
    const next = manifest[name];
    if (next) filesOf(next, seen);
  }
  return seen;
}

async function sizeOf(files: Iterable<string>): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += gzipSync(await readFile(path.join(folder, file))).byteLength;
  return bytes;
}

function kilo(bytes: number): string {
  return (bytes / 1_000).toFixed(1).padStart(6);
}
