/** A piece of HTML that is already safe. */
export interface Html {
  readonly html: string;
}

/** Writes HTML; every value that is not itself `Html` is escaped. Arrays are joined. */
export function html(texts: TemplateStringsArray, ...values: unknown[]): Html {
  let text = texts[0] as string;
  values.forEach((value, index) => {
    text += toHtml(value) + texts[index + 1];
  });
  return { html: text };
}

function toHtml(value: unknown): string {
  if (Array.isArray(value)) return value.map(toHtml).join("");
  if (value === null || value === undefined || value === false) return "";
  if (typeof value === "object" && "html" in value) return (value as Html).html;
  return escapeHtml(String(value));
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

const style = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1c1b1a;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d8d5d0}
caption{text-align:left;font-weight:600;padding:.35rem 0}td{overflow-wrap:anywhere}nav a,nav strong{margin-right:1rem}
a{color:#0b57a4}button{font:inherit;padding:.5rem 1.25rem;margin-right:.5rem}.muted{color:#5c5852}`;

/** A whole page that reads well without a mouse, a script or a colour. */
export function htmlPage(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${{ html: style }}</style></head>
<body><main><h1>${title}</h1>
${content}
</main></body></html>`.html;
}

export function htmlTable(caption: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Html {
  if (rows.length === 0) return html`<p class="muted">${caption}: nothing yet.</p>`;
  return html`<table><caption>${caption}</caption><thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
  )}</tbody></table>`;
}
