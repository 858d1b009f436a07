/** An e-mail address trimmed and in lower case, or null when the text cannot be one. Providers match without case. */
export function normalizeEmail(text: string | null | undefined): string | null {
  const email = text?.trim().toLowerCase();
  if (!email || email.length > 254) return null;
  return /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+$/.test(email) ? email : null;
}
