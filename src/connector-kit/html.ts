const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** Text as HTML text or attribute value: a caller's words never become markup. Control characters and broken surrogates are dropped. */
export function escapeHtml(text: string): string {
  return plain(text).replace(/[&<>"']/g, (character) => escapes[character] ?? "");
}

/** Text of several lines as HTML, each line break a `<br>`. */
export function linesToHtml(text: string): string {
  return escapeHtml(text).replaceAll("\n", "<br>");
}

/** The text of an HTML fragment, one line per block. For looking things up in what we wrote, not for showing it. */
export function htmlToText(html: string): string {
  return html
    .replace(/<br\s*\/?>|<\/(p|div|li|h\d|tr)>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,6}));/gi, (whole, decimal, hex, name) => {
      if (name) return entities[name.toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
}

/** As much of the text, rendered by `linesToHtml`, as fits in `maxLength` characters of HTML; never half a character. */
export function cutToHtml(text: string, maxLength: number): { html: string; shown: number; total: number } {
  const source = plain(text);
  if (source.length <= maxLength) {
    const html = linesToHtml(source);
    if (html.length <= maxLength) return { html, shown: source.length, total: source.length };
  }
  let length = 0;
  let shown = 0;
  for (const character of source) {
    length += character === "\n" ? "<br>".length : (escapes[character] ?? character).length;
    if (length > maxLength) break;
    shown += character.length;
  }
  return { html: linesToHtml(source.slice(0, shown)), shown, total: source.length };
}

function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "");
}
