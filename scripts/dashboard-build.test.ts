import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { isBuildStale } from "./dashboard-build.ts";

test("the dashboard is built when there is no build, or a source is younger than it", async (t) => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "tieline-build-"));
  t.after(() => fs.rmSync(root, { recursive: true }));
  const page = path.join(root, "dashboard/src/page.tsx");
  fs.mkdirSync(path.dirname(page), { recursive: true });
  fs.writeFileSync(page, "");
  assert.equal(await isBuildStale(root), true);

  fs.mkdirSync(path.join(root, "dist/dashboard"), { recursive: true });
  fs.writeFileSync(path.join(root, "dist/dashboard/index.html"), "");
  setTime(path.join(root, "dist/dashboard/index.html"), Date.now() + 1000);
  assert.equal(await isBuildStale(root), false);

  setTime(page, Date.now() + 2000);
  assert.equal(await isBuildStale(root), true);
});

function setTime(file: string, time: number): void {
  fs.utimesSync(file, time / 1000, time / 1000);
}
