import path from "node:path";
import { inspect } from "node:util";

type Event = { type: string; data: unknown };

interface Place {
  name: string;
  file?: string;
  line?: number;
  nesting: number;
}
interface Failed extends Place {
  details: { error: Error & { failureType?: string; cause?: unknown } };
}
interface Skipped {
  /** True, or the reason. */
  skip?: string | boolean;
}
interface Counts {
  tests: number;
  passed: number;
  failed: number;
  cancelled: number;
  skipped: number;
  todo: number;
}
interface Summary {
  file?: string;
  counts: Counts;
  duration_ms: number;
}

export interface Totals extends Counts {
  files: number;
  durationMs: number;
  failures: string[];
  /** Why tests were skipped, and how many for each reason. */
  skips: Map<string, number>;
  /** Files in which no test ran: a suite that vanished must not pass. */
  emptyFiles: string[];
}

/** Reads the events of a test run, writes a line per file as it ends, and returns what it came to. */
export async function follow(events: AsyncIterable<Event>, write: (line: string) => void): Promise<Totals> {
  const totals: Totals = { ...noCounts(), files: 0, durationMs: 0, failures: [], emptyFiles: [], skips: new Map() };
  const printed = new Map<string, string[]>();
  for await (const { type, data } of events) {
    if (type === "test:stderr" || type === "test:stdout")
      keepPrinted(printed, data as { file: string; message: string });
    if (type === "test:fail" && isOwnFailure(data as Failed)) totals.failures.push(describe(data as Failed));
    if (type === "test:pass" && isWholeFile(data as Place)) totals.emptyFiles.push((data as Place).name);
    const why = type === "test:pass" ? skipReason(data as Skipped) : null;
    if (why !== null) totals.skips.set(why, (totals.skips.get(why) ?? 0) + 1);
    if (type !== "test:summary") continue;
    const { file, counts, duration_ms } = data as Summary;
    if (file === undefined) {
      Object.assign(totals, pick(counts), { durationMs: duration_ms });
      continue;
    }
    totals.files += 1;
    const isGood = counts.failed + counts.cancelled === 0;
    write(
      `${isGood ? "✔" : "✖"} ${short(file)}  ${counts.tests} ${counts.tests === 1 ? "test" : "tests"}, ${(duration_ms / 1000).toFixed(1)} s`,
    );
    if (!isGood) for (const line of printed.get(file) ?? []) write(line);
    printed.delete(file);
  }
  return totals;
}

/** Two runs as one. */
export function add(a: Totals, b: Totals): Totals {
  const skips = new Map(a.skips);
  for (const [reason, count] of b.skips) skips.set(reason, count + (skips.get(reason) ?? 0));
  return {
    tests: a.tests + b.tests,
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    cancelled: a.cancelled + b.cancelled,
    skipped: a.skipped + b.skipped,
    todo: a.todo + b.todo,
    files: a.files + b.files,
    durationMs: a.durationMs + b.durationMs,
    failures: [...a.failures, ...b.failures],
    emptyFiles: [...a.emptyFiles, ...b.emptyFiles],
    skips,
  };
}

/** The totals as `node --test` ends with them. */
export function totalLines({ tests, passed, failed, cancelled, skipped, todo, files, durationMs }: Totals): string[] {
  return [
    `ℹ files ${files}`,
    `ℹ tests ${tests}`,
    `ℹ pass ${passed}`,
    `ℹ fail ${failed}`,
    `ℹ cancelled ${cancelled}`,
    `ℹ skipped ${skipped}`,
    `ℹ todo ${todo}`,
    `ℹ duration_ms ${durationMs.toFixed(0)}`,
  ];
}

/** Why the run as a whole is not good, one reason a line; empty when it is. */
export function shortcomings(totals: Totals, { maySkip }: { maySkip(reason: string): boolean }): string[] {
  const reasons: string[] = [];
  if (totals.tests === 0) reasons.push("No test ran.");
  if (totals.failed + totals.cancelled > 0) reasons.push(`${totals.failed + totals.cancelled} tests failed.`);
  for (const file of totals.emptyFiles) reasons.push(`${short(file)} holds no test.`);
  if (totals.todo > 0) reasons.push(`${totals.todo} tests are only promised.`);
  for (const [reason, count] of totals.skips)
    if (!maySkip(reason)) reasons.push(`${count} tests were skipped: ${reason}.`);
  return reasons;
}

function describe({ name, file, line, details: { error } }: Failed): string {
  return `✖ ${name}\n  ${file ? short(file) : ""}:${line ?? ""}\n${indent(inspect(error.cause ?? error))}`;
}

// A file without tests arrives as one test that passed, by the name of the file.
function isWholeFile({ name, file }: Place): boolean {
  return file !== undefined && path.resolve(name) === path.resolve(file);
}

function skipReason({ skip }: Skipped): string | null {
  if (skip === undefined || skip === false) return null;
  return typeof skip === "string" && skip ? skip : "no reason given";
}

// A suite, or the file itself, fails because something in it failed: that is told once, at the test.
function isOwnFailure({ details: { error } }: Failed): boolean {
  return error.failureType !== "subtestsFailed";
}

function keepPrinted(printed: Map<string, string[]>, { file, message }: { file: string; message: string }): void {
  const lines = printed.get(file) ?? [];
  lines.push(indent(message.trimEnd()));
  printed.set(file, lines.slice(-50));
}

const indent = (text: string) => text.replaceAll(/^/gm, "    ");
const short = (file: string) => (file.startsWith(process.cwd()) ? file.slice(process.cwd().length + 1) : file);
const noCounts = (): Counts => ({ tests: 0, passed: 0, failed: 0, cancelled: 0, skipped: 0, todo: 0 });

function pick({ tests, passed, failed, cancelled, skipped, todo }: Counts): Counts {
  return { tests, passed, failed, cancelled, skipped, todo };
}
