import assert from "node:assert/strict";
import { test } from "node:test";
import { createMessageReader } from "./server-messages.ts";

const text = 'retry: 1000\nevent: ready\nid: 7-0\ndata: {}\n\n: still here\n\nid: 7-1\ndata: {"a":": 1"}\n\n';
const wanted = [
  { id: "7-0", kind: "ready", data: "{}" },
  { id: null, kind: "comment", data: "" },
  { id: "7-1", kind: "message", data: '{"a":": 1"}' },
];

test("messages are the same in whatever pieces they arrive", () => {
  for (const size of [1, 2, 3, 7, 1_000]) {
    const read = createMessageReader();
    const messages = [];
    for (let at = 0; at < text.length; at += size) messages.push(...read(text.slice(at, at + size)));
    assert.deepEqual(messages, wanted, `${size}`);
  }
});

test("a message that was cut off is none", () => {
  assert.deepEqual(createMessageReader()(text.slice(0, -1)), wanted.slice(0, 2));
});
