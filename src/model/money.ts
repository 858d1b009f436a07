import { z } from "zod";

/** An amount in minor units (cents, or whole yen) with its currency. */
export const Money = z.strictObject({ minor: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) });
export type Money = z.infer<typeof Money>;

/**
 * A decimal text (`1500.5`, `-3`, `1.2E4`) as money, exactly: no floating point on the way. Digits below the currency's
 * minor unit are rounded, halves away from zero. Throws a RangeError for what is no amount or no currency.
 */
export function toMoney(decimal: string, currency: string): Money {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,2}))?$/i.exec(decimal.trim());
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts ?? [];
  if (!parts || whole + fraction === "") throw new RangeError("Not a decimal amount.");
  const code = currency.toUpperCase();
  const digits = whole + fraction;
  // How many of the digits stand before the end of the minor unit.
  const kept = whole.length + Number(exponent) + minorDigits(code);
  const text = digits.slice(0, Math.max(0, kept)).padEnd(kept, "0") || "0";
  const roundsUp = (kept >= 0 ? (digits[kept] ?? "0") : "0") >= "5";
  const minor = (BigInt(text) + (roundsUp ? 1n : 0n)) * (sign === "-" ? -1n : 1n);
  if (minor > Number.MAX_SAFE_INTEGER || minor < Number.MIN_SAFE_INTEGER)
    throw new RangeError("The amount is too large.");
  return { minor: Number(minor), currency: code };
}

/** 2 for EUR, 0 for JPY, 3 for KWD. Throws a RangeError for what is no currency code. */
function minorDigits(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}
