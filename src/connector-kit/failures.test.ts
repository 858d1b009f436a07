import assert from "node:assert/strict";
import { test } from "node:test";
import { retryAfterMs } from "./failures.ts";

test("Retry-After is read in seconds or as a date, and nothing else", () => {
  const read = (headers: Record<string, string>) => retryAfterMs(new Headers(headers));
  assert.equal(read({ "retry-after": "7" }), 7_000);
  const date = "Fri, 20 Feb 2026 10:00:00 GMT";
  assert.equal(read({ date, "retry-after": "Fri, 20 Feb 2026 10:00:30 GMT" }), 30_000);
  assert.equal(read({ date, "retry-after": "Fri, 20 Feb 2026 09:00:00 GMT" }), 0);
  assert.equal(read({ "retry-after": "soon" }), undefined);
  assert.equal(read({}), undefined);
});
