import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSearch, stringifySearch, texts } from "./search.ts";

test("an address keeps its values as texts: a phone stays a phone and a number an id", () => {
  const search = { q: "+14079780655", cursor: "12" };
  assert.equal(stringifySearch(search), "?q=%2B14079780655&cursor=12");
  assert.deepEqual(parseSearch("?q=%2B14079780655&cursor=12"), search);
});

test("empty filters are not in the address", () => {
  assert.equal(stringifySearch({ q: "", state: undefined }), "");
});

test("what a page does not know is dropped", () => {
  assert.deepEqual(texts({ q: "x", other: "y", state: "" }, ["q", "state"]), { q: "x" });
});
