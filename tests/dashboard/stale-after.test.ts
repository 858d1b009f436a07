import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTypes } from "#events";
import { staleAfter } from "../../dashboard/src/rules/stale-after.ts";

test("every type of event names what it makes old", () => {
  for (const type of Object.keys(eventTypes)) assert.ok(staleAfter(type)?.length, type);
});

test("a type this page does not know may concern anything", () => {
  assert.equal(staleAfter("booking.confirmed"), null);
});
