import os from "node:os";
import { run } from "node:test";
import { follow, type Totals } from "./report.ts";

/** Runs test files, each in a process of its own, and tells about each as it ends. */
export function runFiles(files: string[], write: (line: string) => void): Promise<Totals> {
  // Each file opens a database of its own; more of them at once than cores only makes every one slower.
  return follow(run({ files, concurrency: Math.min(4, os.availableParallelism()), timeout: 300_000 }), write);
}
