import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { findDocProblems } from "./problems.ts";

test("pages that name only what exists have no problem", async (t) => {
  const root = repository(t, {
    "README.md":
      "# Acme\n[start](docs/start.md#first-call) `src/a.ts` `src/*.ts` `src/a.test.ts` “it shines” `npm run go` [out](https://example.com)\n",
    "docs/start.md": "# Start\n## First call\n[up](../README.md) [here](#start)\n",
  });

  assert.deepEqual(await findDocProblems(root), []);
});

for (const [fault, text, problem] of [
  ["a link to a missing file", "[x](docs/gone.md)", "README.md: the link docs/gone.md leads nowhere"],
  ["a missing heading", "[x](#gone)", "README.md: the link #gone names a heading that is not there"],
  ["a missing path", "`src/gone.ts`", "README.md: names src/gone.ts, which does not exist"],
  ["a pattern without a match", "`src/*.sql`", "README.md: names src/*.sql, which does not exist"],
  ["a missing test", "`src/a.test.ts` “it rains”", "README.md: src/a.test.ts has no test “it rains”"],
  ["a missing npm script", "`npm run gone`", "README.md: npm run gone is no script of package.json"],
  ["a place on one machine", `see ${"/home"}/somebody`, "README.md: names /home/s"],
] as const)
  test(`${fault} is reported`, async (t) => {
    assert.deepEqual(await findDocProblems(repository(t, { "README.md": `# Acme\n${text}\n` })), [problem]);
  });

test("a page to which nothing leads is reported", async (t) => {
  const root = repository(t, { "README.md": "# Acme\n", "docs/lost.md": "# Lost\n" });

  assert.deepEqual(await findDocProblems(root), ["docs/lost.md: no page leads here from README.md or docs/README.md"]);
});

test("examples in code blocks are not taken for links", async (t) => {
  const root = repository(t, { "README.md": "# Acme\n```\n[x](gone.md)\n```\n`[x](gone.md)`\n" });

  assert.deepEqual(await findDocProblems(root), []);
});

function repository(t: TestContext, files: Record<string, string>): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "tieline-docs-"));
  t.after(() => fs.rmSync(root, { recursive: true }));
  const all = {
    "package.json": `{"scripts":{"go":"true"}}`,
    "src/a.ts": "",
    "src/a.test.ts": 'test("it shines")',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  return root;
}
