import { parsePhoneNumberFromString } from "libphonenumber-js";

/** Area code and local number, without the country code: what HubSpot's searchable phone properties hold. */
export function searchablePhone(typed: string | null | undefined): string | null {
  if (!typed) return null;
  const digits = typed.replace(/\D/g, "");
  if (digits === "") return null;
  const isInternational = typed.trimStart().startsWith("+");
  if (digits.length === 11 && digits.startsWith("1")) return digits.slice(1);
  if (!isInternational) return digits;
  return parsePhoneNumberFromString(typed)?.nationalNumber ?? digits;
}
