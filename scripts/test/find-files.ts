import fs from "node:fs/promises";
import path from "node:path";

export const testFolders = ["src", "simulators", "dashboard", "scripts", "tests", "bench"];

// Chaos runs kill processes for minutes and have a command of their own.
const leftOut = ["tests/chaos/", "node_modules/", "scripts/boundaries/planted/"];
const browserFolder = "tests/browser/";

export interface Wanted {
  /** Parts of paths given on the command line; none means all files. */
  filters: readonly string[];
  hasBrowser: boolean;
}

/** The test files to run, sorted; paths relative to `root`. */
export async function findTestFiles(root: string, { filters, hasBrowser }: Wanted): Promise<string[]> {
  const found = await Promise.all(
    testFolders.map((folder) =>
      Array.fromAsync(fs.glob(`${folder}/**/*.test.ts`, { cwd: root, exclude: ["**/node_modules"] })),
    ),
  );
  return found
    .flat()
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => !leftOut.some((part) => file.includes(part)))
    .filter((file) => hasBrowser || !file.startsWith(browserFolder))
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .sort();
}
