import assert from "node:assert/strict";
import { test } from "node:test";
import type { Capability } from "../data/types.ts";
import { capabilityChip, preflight } from "./capabilities.ts";

test("a preflight says what is read, written and never done", () => {
  const { reads, writes, never } = preflight(["contacts", "notes"]);
  assert.match(reads.join(), /by phone or e-mail/);
  assert.match(writes.join(), /summary and transcript/);
  assert.match(never.join(), /Deletes anything/);
});

test("a provider that only sends calls is said to write nothing", () => {
  assert.ok(preflight(["incoming_calls"]).never.includes("Writes to your account"));
});

test("a capability this page does not know yet is shown by its own name", () => {
  assert.equal(capabilityChip("text_messages" as Capability), "text messages");
  assert.doesNotThrow(() => preflight(["text_messages" as Capability]));
});
