import assert from "node:assert/strict";
import { test } from "node:test";
import { blindSpots, readPlanted } from "./planted.ts";
import { mayImport } from "./rules.ts";

test("every planted violation is reported by its own rule, and what is fine is not reported", async () => {
  assert.deepEqual(blindSpots(await readPlanted()), []);
});

test("a checker that reports nothing is called blind", async () => {
  const seen = await readPlanted();

  const blind = blindSpots({ ...seen, violations: [] });

  assert.ok(blind.includes('src/core/folder-core.type.ts breaks "folder-core" and was not reported'));
});

test("a checker that reads no file is called blind", () => {
  assert.deepEqual(blindSpots({ files: [], imports: 0, violations: [] }), [
    "the planted violations were not read at all",
  ]);
});

test("a violation reported for a file without one is called wrong", async () => {
  const seen = await readPlanted();
  const extra = { rule: "folder-db", comment: "", from: "src/db/fine.ts", to: "src/core/index.ts" };

  const wrong = blindSpots({ ...seen, violations: [...seen.violations, extra] });

  assert.deepEqual(wrong, ['src/db/fine.ts → src/core/index.ts was reported for "folder-db" and does not break it']);
});

test("no folder may import one that may import it back", () => {
  const circles = Object.entries(mayImport).flatMap(([folder, allowed]) =>
    allowed.filter((other) => mayImport[other]?.includes(folder)).map((other) => `${folder} ↔ ${other}`),
  );

  assert.deepEqual(circles, []);
});
