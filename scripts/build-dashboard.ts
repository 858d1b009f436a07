// Builds the dashboard into dist/dashboard. With --if-stale only when a source is younger than the last build.
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isBuildStale } from "./dashboard-build.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

if (!process.argv.includes("--if-stale") || (await isBuildStale(root))) {
  const { build } = await import("vite");
  console.error("Building the dashboard …");
  await build({ configFile: path.join(root, "vite.config.ts"), logLevel: "warn" });
  const files = await fs.readdir(path.join(root, "dist/dashboard"), { recursive: true });
  console.error(`Dashboard built: ${files.length} files in dist/dashboard.`);
}
