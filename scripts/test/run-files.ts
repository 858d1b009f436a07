import os from "node:os";
import { run } from "node:test";
import { add, follow, type Totals } from "./report.ts";

/** Runs test files, each in a process of its own, and tells about each as it ends. */
export async function runFiles(files: readonly string[], write: (line: string) => void): Promise<Totals> {
  const isLarge = (file: string) => file.startsWith("tests/");
  const small = files.filter((file) => !isLarge(file));
  const large = files.filter(isLarge);
  // Each file opens a database of its own; more of them at once than cores only makes every one slower.
  const concurrency = Math.min(4, os.availableParallelism());
  const totals = small.length > 0 ? [await runAtOnce(small, concurrency)] : [];
  // These start whole products, and browsers that wait for them only so long: one after the other.
  if (large.length > 0) totals.push(await runAtOnce(large, 1));
  return totals.reduce(add);

  function runAtOnce(some: string[], concurrency: number): Promise<Totals> {
    return follow(run({ files: some, concurrency, timeout: 300_000 }), write);
  }
}
