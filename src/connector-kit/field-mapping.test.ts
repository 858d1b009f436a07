import assert from "node:assert/strict";
import { test } from "node:test";
import { FieldMappings, type FieldRule, mapCallFields, mapMessageFields } from "./field-mapping.ts";
import { aCall, aMessage } from "./samples.ts";

const rule = (changes: Partial<FieldRule>): FieldRule => ({
  field: "call_outcome",
  provider_field: "result",
  direction: "to_crm",
  transform: null,
  is_custom: true,
  ...changes,
});

test("the short form maps fields of the contract and extra ones", () => {
  const mappings = FieldMappings.parse({
    call_outcome: "custom_field_call_result",
    service_requested: "custom_field_service_type",
  });
  assert.deepEqual(mapCallFields(aCall(), mappings), {
    custom_field_call_result: "appointment_booked",
    custom_field_service_type: "roof_repair",
  });
});

test("the full form is accepted with its defaults, and an unknown transform is refused", () => {
  const parsed = FieldMappings.parse([{ field: "call_outcome", provider_field: "result" }]);
  assert.deepEqual(parsed, [rule({})]);
  assert.throws(() => FieldMappings.parse([{ field: "a", provider_field: "b", transform: { type: "rot13" } }]));
});

test("a mapping never empties a field at the provider", () => {
  const call = aCall({ call_sentiment: null, extra: { note: "" } });
  assert.deepEqual(mapCallFields(call, { call_sentiment: "a", note: "b", absent: "c", "absent.deep": "d" }), {});
});

test("zero and false are values", () => {
  assert.deepEqual(
    mapCallFields(aCall({ duration_seconds: 0, extra: { member: false } }), { duration_seconds: "a", member: "b" }),
    {
      a: 0,
      b: false,
    },
  );
});

test("a path reaches into what a field holds", () => {
  const call = aCall({ extra: { analysis: { budget: { amount: 900 } }, "dotted.name": "as it is" } });
  const mappings = { "appointment_booked.date": "day", "analysis.budget.amount": "budget", "dotted.name": "dotted" };
  assert.deepEqual(mapCallFields(call, mappings), { day: "2026-02-20", budget: 900, dotted: "as it is" });
});

test("names that every object has are not fields of a call", () => {
  const call = aCall({ extra: { analysis: {} } });
  assert.deepEqual(
    mapCallFields(call, { constructor: "a", "analysis.constructor": "b", "service_requested.length": "c" }),
    {},
  );
});

test("a rule from the CRM writes nothing to it", () => {
  assert.deepEqual(mapCallFields(aCall(), [rule({ direction: "from_crm" })]), {});
  assert.deepEqual(mapCallFields(aCall(), [rule({ direction: "bidirectional" })]), { result: "appointment_booked" });
});

test("transforms change the value on its way", () => {
  const map = (transform: FieldRule["transform"], call_outcome: string | null) =>
    mapCallFields(aCall({ call_outcome }), [rule({ transform })]).result;
  assert.equal(map({ type: "upper_case" }, "booked"), "BOOKED");
  assert.equal(map({ type: "lower_case" }, "Booked"), "booked");
  assert.equal(map({ type: "trim" }, " booked "), "booked");
  assert.equal(map({ type: "default", value: "unknown" }, null), "unknown");
  assert.equal(map({ type: "default", value: "unknown" }, "booked"), "booked");
  assert.equal(map({ type: "map_values", values: { booked: "Yes" } }, "booked"), "Yes");
  assert.equal(map({ type: "map_values", values: { booked: "Yes" } }, "toString"), "toString");
});

test("a message maps its own and its extra fields; a rule for calls leaves the contact alone, its default too", () => {
  const mappings = [
    rule({ transform: { type: "default", value: "unknown" } }),
    rule({ field: "appointment_booked.date", provider_field: "day", transform: { type: "default", value: "none" } }),
    rule({ field: "customer_name", provider_field: "nick" }),
    rule({ field: "direction", provider_field: "last_direction" }),
    rule({ field: "service_requested", provider_field: "service" }),
  ];
  assert.deepEqual(mapMessageFields(aMessage(), mappings), {
    nick: "Jane Smith",
    last_direction: "inbound",
    service: "roof_repair",
  });
});
