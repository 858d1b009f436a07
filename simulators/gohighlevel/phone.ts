const callingCodes: Record<string, string> = { US: "1", CA: "1", GB: "44", AU: "61", DE: "49", FR: "33", MX: "52" };

/** The number as E.164 by the location's country; undefined when it is none. */
export function toE164(phone: string, country: string): string | undefined {
  const digits = phone.replace(/\D/g, "");
  if (phone.trim().startsWith("+")) return digits.length >= 8 && digits.length <= 15 ? `+${digits}` : undefined;
  const code = callingCodes[country] ?? "1";
  if (code === "1") {
    if (digits.length === 10) return `+1${digits}`;
    return digits.length === 11 && digits.startsWith("1") ? `+${digits}` : undefined;
  }
  const national = digits.replace(/^0/, "");
  return national.length >= 6 && national.length <= 12 ? `+${code}${national}` : undefined;
}
