import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toMoney } from "./money.ts";

test("an amount is exact in the minor unit of its currency", () => {
  const minor = (decimal: string, currency = "USD") => toMoney(decimal, currency).minor;
  assert.deepEqual(toMoney("1500.5", "usd"), { minor: 150_050, currency: "USD" });
  assert.equal(minor("0.29"), 29);
  assert.equal(minor("-3"), -300);
  assert.equal(minor(".5"), 50);
  assert.equal(minor("1.2E4"), 1_200_000);
  assert.equal(minor("125E-2"), 125);
  assert.equal(minor("1E-5"), 0);
  assert.equal(minor("1200", "JPY"), 1_200);
  assert.equal(minor("1.2345", "KWD"), 1_235);
  assert.equal(minor("4.005"), 401, "which 4.005 * 100 would not give");
  assert.equal(minor("90071992547409.91"), Number.MAX_SAFE_INTEGER);
});

test("any number of cents comes back from its decimal text", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: BigInt(Number.MAX_SAFE_INTEGER) }), fc.boolean(), (cents, isNegative) => {
      const digits = String(cents).padStart(3, "0");
      const text = `${isNegative ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
      assert.equal(toMoney(text, "EUR").minor + 0, isNegative ? 0 - Number(cents) : Number(cents));
    }),
  );
});

test("what is no amount, no currency or too large is refused", () => {
  for (const text of ["", ".", "about 5", "1,500", "NaN", "1e999", "90071992547409.92"])
    assert.throws(() => toMoney(text, "USD"), RangeError, text);
  assert.throws(() => toMoney("5", "dollars"), RangeError);
});
