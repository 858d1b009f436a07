// Runs a command of tieline, after building the dashboard if that is needed: `npm start`, `npm run demo`.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

// A run that ends by itself shows no page. Without the build tools (npm ci --omit=dev) the build is somebody else's.
if (!process.argv.includes("--once") && hasBuildTools()) {
  const script = fileURLToPath(new URL("build-dashboard.ts", import.meta.url));
  // What a build prints goes to the error stream: the command's own output may be JSON for a program.
  const { status } = spawnSync(process.execPath, [script, "--if-stale"], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
await import("../src/cli/main.ts");

function hasBuildTools(): boolean {
  try {
    createRequire(import.meta.url).resolve("vite");
    return true;
  } catch {
    return false;
  }
}
