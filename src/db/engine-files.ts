import fs from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const dist = path.dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite"));

/** The version of the embedded engine that is installed. */
export async function engineVersion(): Promise<string> {
  return JSON.parse(await fs.readFile(path.join(dist, "..", "package.json"), "utf8")).version;
}

/** The engine is 10 MB of WebAssembly: compiled once per process, whatever number of databases it opens. */
export function compiledEngine(): Promise<WebAssembly.Module> {
  compiling ??= fs.readFile(path.join(dist, "pglite.wasm")).then((bytes) => WebAssembly.compile(bytes));
  return compiling;
}

let compiling: Promise<WebAssembly.Module> | undefined;
