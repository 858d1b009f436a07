import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Reading, readImports } from "./cruise.ts";

export const plantedFolders = ["src", "simulators", "dashboard"];

/** Reads the planted tree. */
export function readPlanted(): Promise<Reading> {
  return readImports(fileURLToPath(new URL("./planted", import.meta.url)), plantedFolders);
}

/** What is wrong with the checker itself, as the planted tree shows it; empty when it sees everything. */
export function blindSpots({ files, violations }: Reading): string[] {
  const planted = files.filter((file) => ruleOf(file) !== null);
  const missed = planted
    .filter((file) => !violations.some(({ rule, from, to }) => [from, to].includes(file) && rule === ruleOf(file)))
    .map((file) => `${file} breaks "${ruleOf(file)}" and was not reported`);
  const wrong = violations
    .filter(({ rule, from }) => rule !== ruleOf(from))
    .map(({ rule, from, to }) => `${from} → ${to} was reported for "${rule}" and does not break it`);
  if (planted.length === 0) missed.push("the planted violations were not read at all");
  return [...missed, ...wrong];
}

// `folder-core.type.ts` breaks folder-core; `fine.ts`, `one.ts` and `index.ts` break nothing.
function ruleOf(file: string): string | null {
  const name = path.basename(file).split(".")[0] ?? "";
  return ["fine", "one", "index"].includes(name) ? null : name;
}
