import assert from "node:assert/strict";
import { test } from "node:test";
import type { FormField, Problem } from "../data/types.ts";
import { changedValues, errorsByField, initialValues, readForm } from "./form-values.ts";

function aField(given: Partial<FormField>): FormField {
  return {
    name: "calendar_id",
    label: "Calendar id",
    hint: "Settings → Calendar.",
    type: "text",
    required: true,
    ...given,
  };
}

test("what is pasted with spaces is read without them", () => {
  assert.deepEqual(readForm([aField({})], { calendar_id: "  primary \n" }).values, { calendar_id: "primary" });
});

test("a needed field that is empty says so beside itself, and where to find the value", () => {
  const { errors } = readForm([aField({})], { calendar_id: "  " });
  assert.deepEqual(errors, { calendar_id: "Calendar id is needed. Settings → Calendar." });
});

test("an optional field that is emptied goes back to its default", () => {
  assert.deepEqual(readForm([aField({ required: false })], { calendar_id: "" }), {
    values: { calendar_id: null },
    errors: {},
  });
});

test("numbers, lists, switches and JSON come back as what they are", () => {
  const fields = [
    aField({ name: "hour", type: "number" }),
    aField({ name: "words", type: "list" }),
    aField({ name: "on", type: "boolean" }),
    aField({ name: "map", type: "json" }),
  ];
  const stored = { hour: 9, words: ["roof", "gutter"], on: true, map: { call_outcome: "result" } };
  assert.deepEqual(readForm(fields, initialValues(fields, stored)), { values: stored, errors: {} });
});

test("what cannot be read is said in words", () => {
  const { errors } = readForm([aField({ type: "url" }), aField({ name: "map", label: "Map", type: "json" })], {
    calendar_id: "zapier.com/hooks",
    map: "{",
  });
  assert.match(errors.calendar_id ?? "", /begins with https/);
  assert.match(errors.map ?? "", /^Map is not readable as JSON/);
});

test("the server's findings land beside their fields, and the others are kept", () => {
  const problem = {
    errors: [
      { pointer: "/credentials/access_token", code: "refused", detail: "Unknown token." },
      { pointer: "/provider", code: "unknown", detail: "No such provider." },
    ],
  } as Problem;
  assert.deepEqual(errorsByField(problem, ["access_token"]), {
    fields: { access_token: "Unknown token." },
    rest: ["No such provider."],
  });
});

test("saving one setting does not write down the defaults of the others", () => {
  const changed = changedValues({ hour: 10, words: ["roof"], zone: null }, { hour: 9, words: ["roof"] });
  assert.deepEqual(changed, { hour: 10 });
});

test("a control that was empty and stays empty changes nothing; one that is emptied does", () => {
  assert.deepEqual(changedValues({ map: null, words: null, zone: null }, { map: {}, words: [], zone: "UTC" }), {
    zone: null,
  });
});
