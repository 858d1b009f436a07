import { type ErrorCode, errorCodes } from "#core";
import { escapeHtml, page } from "./html.ts";

const whatHappensNext = {
  retry: "It is tried again later: with growing pauses, or exactly when the provider says.",
  reauthorize: "The connection pauses and its owner is asked to reconnect. Waiting work is kept.",
  dead_letter: "This one item is set aside, visible and replayable. The rest goes on.",
  reject: "Nothing was done. The caller is told what to change.",
  halt: "The stream of work stops and a developer is alerted.",
};

export function errorPage(code: string): string | null {
  if (!Object.hasOwn(errorCodes, code)) return null;
  const { title, action, status, cause, origin, disposition } = errorCodes[code as ErrorCode];
  return page(
    code,
    `<p><a href="/docs/errors">All error codes</a></p><h1><code>${escapeHtml(code)}</code></h1>
<p>${escapeHtml(title)}</p><h2>What to do</h2><p>${escapeHtml(action)}</p>
<h2>What happens next</h2><p>${whatHappensNext[disposition]}</p>
<h2>Facts</h2><table><tbody>
<tr><th scope="row">HTTP status</th><td>${status}</td></tr>
<tr><th scope="row">Cause</th><td><code>${cause}</code></td></tr>
<tr><th scope="row">Origin</th><td><code>${origin}</code></td></tr>
<tr><th scope="row">Disposition</th><td><code>${disposition}</code></td></tr></tbody></table>`,
  );
}

export function errorIndexPage(): string {
  const rows = Object.entries(errorCodes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { title, status }]) =>
        `<tr><td><a href="/docs/errors/${code}"><code>${code}</code></a></td><td>${status}</td><td>${escapeHtml(title)}</td></tr>`,
    )
    .join("");
  return page(
    "Error codes",
    `<p><a href="/docs/api">API reference</a></p><h1>Error codes</h1><p>Every failed request carries one of these as <code>code</code>. Switch on the code, never on the text.</p>
<table><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}
