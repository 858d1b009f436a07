import { createHash } from "node:crypto";

/** Text that can stand between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** One file without scripts; its style is allowed by its hash. Light and dark follow the reader's system. */
const style = `
:root{color-scheme:light dark;--page:#fff;--raised:#f8fafc;--text:#1f2937;--soft:#475569;--line:#8a94a3;--accent:#4338ca;--ok:#15803d;--warn:#b45309;--error:#b91c1c}
@media (prefers-color-scheme:dark){:root{--page:#0b0f14;--raised:#151b23;--text:#e5e7eb;--soft:#94a3b8;--line:#5b6675;--accent:#a5b4fc;--ok:#4ade80;--warn:#fbbf24;--error:#f87171}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--text);font:16px/1.55 system-ui,sans-serif}
a{color:var(--accent)}a:focus-visible,summary:focus-visible,pre:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--raised);padding:8px}
main{max-width:860px;margin:0 auto;padding:24px 20px 80px}.with-nav{display:grid;grid-template-columns:270px minmax(0,1fr)}
nav{border-right:1px solid var(--line);padding:20px;position:sticky;top:0;height:100vh;overflow:auto;font-size:14px}nav h2{font-size:14px;margin:16px 0 4px}nav ul{list-style:none;margin:0;padding:0}nav a{display:block;padding:4px 0;min-height:24px;text-decoration:none}
@media (max-width:860px){.with-nav{display:block}nav{position:static;height:auto;border:0;border-bottom:1px solid var(--line)}}
h1{font-size:28px;line-height:1.2}h2{font-size:22px;margin-top:48px}h3{font-size:17px;margin:36px 0 8px;scroll-margin-top:16px}
code,pre{font:13px/1.5 ui-monospace,monospace}pre{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:12px;overflow:auto}
table{border-collapse:collapse;width:100%;font-size:14px;display:block;overflow-x:auto}th,td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-bottom:1px solid var(--line)}
.method{font:700 12px ui-monospace,monospace;border:1px solid currentColor;border-radius:4px;padding:1px 6px;color:var(--accent)}.soft{color:var(--soft)}section{border-top:1px solid var(--line)}
.schema{display:inline-block;padding:4px 0;min-height:24px}
summary{cursor:pointer;padding:4px 0;min-height:24px}`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** What a page of ours may load: its own style, and nothing else. */
export const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

export function page(title: string, body: string, nav = ""): string {
  const main = `<main id="main" tabindex="-1">${body}</main>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)} · Tieline</title><style>${style}</style></head>
<body><a class="skip" href="#main">Skip to the content</a>${nav ? `<div class="with-nav"><nav aria-label="Contents">${nav}</nav>${main}</div>` : main}</body></html>
`;
}
