const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const suffixes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/** An 18-character id with the key prefix of its object, such as 003 for contacts. */
export function makeId(keyPrefix: string, number: number): string {
  let rest = number;
  let text = "";
  while (rest > 0) {
    text = digits.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return to18(`${keyPrefix}Hs00${text.padStart(8, "0")}`);
}

/** The 18-character form; its last three characters say which of the first fifteen are capitals. */
export function to18(id: string): string {
  if (id.length !== 15) return id;
  let suffix = "";
  for (let chunk = 0; chunk < 15; chunk += 5) {
    let bits = 0;
    for (let at = 0; at < 5; at++) if (/[A-Z]/.test(id.charAt(chunk + at))) bits |= 1 << at;
    suffix += suffixes.charAt(bits);
  }
  return id + suffix;
}

export function isId(text: unknown): text is string {
  return typeof text === "string" && /^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$/.test(text);
}
