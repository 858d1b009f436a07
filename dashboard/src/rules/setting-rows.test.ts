import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionJson, conditionRows, mappingJson, mappingRows } from "./setting-rows.ts";

test("a mapping in its short form goes into rows and back unchanged", () => {
  const json = '{"customer_name":"firstName","call_outcome":"result"}';
  assert.equal(mappingJson(mappingRows(json) ?? []), json);
});

test("a mapping in its long form is left as JSON", () => {
  assert.equal(mappingRows('[{"field":"call_outcome","provider_field":"result"}]'), null);
  assert.equal(mappingRows('{"call_outcome":{"provider_field":"result"}}'), null);
});

test("conditions go into rows and back unchanged", () => {
  const json = '{"call_outcome":["appointment_booked","qualified_lead"],"min_duration_seconds":60}';
  const conditions = conditionRows(json);
  assert.equal(conditions?.minSeconds, "60");
  assert.deepEqual(conditions?.rows, [{ left: "call_outcome", right: "appointment_booked, qualified_lead" }]);
  assert.equal(conditionJson(conditions), json);
});

test("conditions on numbers, or on texts with a comma, are left as JSON: rows would change their meaning", () => {
  assert.equal(conditionRows('{"score":[1,2]}'), null);
  assert.equal(conditionRows('{"city":["Austin, TX"]}'), null);
});

test("rows without a word are not sent", () => {
  assert.equal(mappingJson([{ left: " ", right: "" }]), "");
  assert.equal(conditionJson({ minSeconds: "", rows: [{ left: "call_outcome", right: " " }] }), "");
});
