import fs from "node:fs/promises";
import path from "node:path";

const built = "dist/dashboard/index.html";
const sources = ["dashboard", "vite.config.ts", "package-lock.json"];

/** Whether there is no build of the dashboard below `root`, or a source is younger than it. */
export async function isBuildStale(root: string): Promise<boolean> {
  const builtAt = await fs.stat(path.join(root, built)).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
  if (builtAt === null) return true;
  const changed = await Promise.all(sources.map((source) => lastChange(path.join(root, source))));
  return Math.max(...changed) > builtAt;
}

async function lastChange(place: string): Promise<number> {
  const stat = await fs.stat(place).catch(() => null);
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  const names = await fs.readdir(place);
  // The folder's own time tells of files that were taken away.
  return Math.max(stat.mtimeMs, ...(await Promise.all(names.map((name) => lastChange(path.join(place, name))))));
}
