import { type CountryCode, parsePhoneNumberFromString } from "libphonenumber-js";

/**
 * A phone number in E.164 (`+14079780655`), or null when the text is not one: withheld callers arrive as
 * "anonymous", SIP calls as addresses, and neither may ever match a person.
 */
export function toE164(text: string | null | undefined, country: string = "US"): string | null {
  if (!text || text.length > 40) return null;
  const parsed = parsePhoneNumberFromString(text, { defaultCountry: country as CountryCode, extract: false });
  return parsed?.isPossible() ? parsed.number : null;
}

/** The number without its country code (`4079780655`), the form some providers index. Null when it is not E.164. */
export function nationalNumber(e164: string): string | null {
  return parsePhoneNumberFromString(e164)?.nationalNumber ?? null;
}
