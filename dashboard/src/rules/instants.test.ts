import assert from "node:assert/strict";
import { test } from "node:test";
import { count, duration, relative } from "./instants.ts";

const now = Date.parse("2026-02-15T12:00:00Z");
const at = (seconds: number) => new Date(now + seconds * 1_000).toISOString();

test("times near now are relative, both ways; a week away they are dates", () => {
  assert.equal(relative(at(-2), now), "just now");
  assert.equal(relative(at(-240), now), "4 min ago");
  assert.equal(relative(at(2 * 3_600), now), "in 2 hr");
  assert.equal(relative(at(-8 * 86_400), now), "Feb 7, 2026");
});

test("durations use the unit that says most", () => {
  assert.deepEqual([120, 1_250, 48_000, 312_000, 3_900_000].map(duration), [
    "120 ms",
    "1.3 s",
    "48 s",
    "5 min 12 s",
    "1 h 5 min",
  ]);
});

test("counts are exact below ten thousand", () => {
  assert.deepEqual([9_999, 12_400].map(count), ["9,999", "12.4K"]);
});
