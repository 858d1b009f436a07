import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { findTestFiles } from "./find-files.ts";
import { shortcomings, type Totals } from "./report.ts";

test("a failing test is counted, and told with its name and place", (t) => {
  const { totals, lines } = runIn(t, {
    "bad.test.ts": `import { test } from "node:test";\ntest("water is dry", () => { throw new Error("it is wet"); });`,
    "good.test.ts": `import { test } from "node:test";\ntest("water is wet", () => {});`,
  });

  assert.equal(totals.tests, 2);
  assert.equal(totals.failures.length, 1);
  assert.match(totals.failures[0] ?? "", /water is dry\n.*bad\.test\.ts:2\n[\s\S]*it is wet/);
  assert.ok(lines.some((line) => /^✖ .*bad\.test\.ts/.test(line)));
  assert.deepEqual(shortcomings(totals, { maySkip: () => true }), ["1 tests failed."]);
});

test("what runs at once and what runs alone is told as one", (t) => {
  const { totals } = runIn(
    t,
    {
      "small.test.ts": `import { test } from "node:test";\ntest("one", () => {});`,
      "tests/large.test.ts": `import { test } from "node:test";\ntest("two", () => { throw new Error("no"); });`,
    },
    { relative: true },
  );

  const { files, tests, passed, failed, failures } = totals;
  assert.deepEqual(
    { files, tests, passed, failed, failures: failures.length },
    {
      files: 2,
      tests: 2,
      passed: 1,
      failed: 1,
      failures: 1,
    },
  );
});

test("a file that cannot be loaded is a failure", (t) => {
  const { totals } = runIn(t, { "broken.test.ts": `import "./missing.ts";` });

  assert.match(totals.failures.join(), /broken\.test\.ts/);
  assert.notDeepEqual(shortcomings(totals, { maySkip: () => true }), []);
});

test("a file without a test is not a pass", (t) => {
  const { totals } = runIn(t, { "empty.test.ts": "export {};" });

  assert.match(shortcomings(totals, { maySkip: () => true }).join(), /empty\.test\.ts holds no test/);
});

test("a skipped test is a fault unless its reason is one to accept", (t) => {
  const { totals } = runIn(t, {
    "one.test.ts": `import { test } from "node:test";
      test("later", { skip: "the moon is not full" }, () => {});
      test("now", () => {});`,
  });

  assert.deepEqual(shortcomings(totals, { maySkip: (reason) => reason === "the moon is not full" }), []);
  assert.deepEqual(shortcomings(totals, { maySkip: () => false }), ["1 tests were skipped: the moon is not full."]);
});

test("browser tests are taken only where a browser is, chaos runs never", async (t) => {
  const root = folderWith(t, {
    "src/a/a.test.ts": "",
    "tests/browser/b.test.ts": "",
    "tests/chaos/c.test.ts": "",
    "src/a/node_modules/d.test.ts": "",
  });

  assert.deepEqual(await findTestFiles(root, { filters: [], hasBrowser: false }), ["src/a/a.test.ts"]);
  assert.deepEqual(await findTestFiles(root, { filters: [], hasBrowser: true }), [
    "src/a/a.test.ts",
    "tests/browser/b.test.ts",
  ]);
  assert.deepEqual(await findTestFiles(root, { filters: ["browser"], hasBrowser: true }), ["tests/browser/b.test.ts"]);
});

function folderWith(t: TestContext, files: Record<string, string>): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "tieline-run-"));
  t.after(() => fs.rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  return root;
}

// In a process of its own, because a test run inside a test run is refused by Node.
function runIn(
  t: TestContext,
  files: Record<string, string>,
  { relative = false } = {},
): { totals: Totals; lines: string[] } {
  const root = folderWith(t, files);
  const program = `
    import { runFiles } from ${JSON.stringify(new URL("./run-files.ts", import.meta.url).href)};
    const lines = [];
    const totals = await runFiles(JSON.parse(process.argv[2]), (line) => lines.push(line));
    console.log(JSON.stringify({ totals: { ...totals, skips: [...totals.skips] }, lines }));
    process.exit(0);`;
  fs.writeFileSync(path.join(root, "run.mjs"), program);
  const paths = Object.keys(files).map((name) => (relative ? name : path.join(root, name)));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const words = [path.join(root, "run.mjs"), JSON.stringify(paths)];
  const { totals, lines } = JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8", env, cwd: root }));
  return { totals: { ...totals, skips: new Map(totals.skips) }, lines };
}
