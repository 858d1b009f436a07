import { escapeHtml, page } from "./html.ts";
import { samplesOf } from "./samples.ts";

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, unknown>[];
  parameters: { name: string; in: string; required: boolean; description?: string; schema: object }[];
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: object; example?: unknown }> }>;
}

interface Document {
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

interface Row {
  method: string;
  path: string;
  operation: Operation;
}

/** The API reference: one page, made from the OpenAPI document, readable without scripts. */
export function apiReferencePage(document: Document): string {
  const rows = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Row => ({ method: method.toUpperCase(), path, operation })),
  );
  const byTag = Map.groupBy(rows, ({ operation }) => operation.tags[0] as string);
  const serverUrl = document.servers[0]?.url ?? "";
  const nav = `<h2>Tieline API</h2><ul><li><a href="#main">Start</a></li><li><a href="/openapi.json">openapi.json</a></li><li><a href="/docs/errors">Error codes</a></li></ul>${[
    ...byTag,
  ]
    .map(
      ([tag, there]) =>
        `<h2>${escapeHtml(tag)}</h2><ul>${there.map(({ operation }) => `<li><a href="#${operation.operationId}">${escapeHtml(operation.summary)}</a></li>`).join("")}</ul>`,
    )
    .join("")}<h2>Schemas</h2><ul><li><a href="#schemas">All schemas</a></li></ul>`;
  const body = `<h1>API reference</h1><p>${prose(document.info.description)}</p>
<p class="soft">Version ${escapeHtml(document.info.version)}. Keys go in <code>Authorization: Bearer tl_…</code>; a host key names its tenant with <code>Tieline-Tenant</code>.</p>
${[...byTag].map(([tag, there]) => `<h2>${escapeHtml(tag)}</h2>${there.map((row) => operationSection(row, serverUrl)).join("")}`).join("")}
<h2 id="schemas">Schemas</h2>${Object.entries(document.components.schemas)
    .map(
      ([name, schema]) =>
        `<h3 id="schema-${name}">${name}</h3><pre tabindex="0">${linked(JSON.stringify(schema, null, 2))}</pre>`,
    )
    .join("")}`;
  return page("API reference", body, nav);
}

function operationSection({ method, path, operation }: Row, serverUrl: string): string {
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  return `<section><h3 id="${operation.operationId}">${escapeHtml(operation.summary)}</h3>
<p><span class="method">${method}</span> <code>${escapeHtml(path)}</code></p>
${operation.description ? `<p>${prose(operation.description)}</p>` : ""}${parameterTable(operation)}
${bodies.map(([type, { schema }]) => `<p>Body, <code>${type}</code>: ${schemaText(schema)}</p>`).join("")}
${samples({ method, path, operation }, serverUrl)}
<table><thead><tr><th scope="col">Status</th><th scope="col">Answer</th></tr></thead><tbody>${Object.entries(
    operation.responses,
  )
    .map(
      ([status, { description, content }]) =>
        `<tr><td>${status}</td><td>${prose(description)}${Number(status) < 400 ? answers(content) : ""}</td></tr>`,
    )
    .join("")}</tbody></table></section>`;
}

/** The request in curl, and folded away in Node and Python. */
function samples({ method, path, operation }: Row, serverUrl: string): string {
  const secret = secretNames[Object.keys(operation.security[0] ?? {})[0] ?? ""];
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.example;
  const texts = samplesOf({ method, url: serverUrl + path, ...(secret && { secret }), body });
  const block = (text: string) => `<pre tabindex="0">${escapeHtml(text)}</pre>`;
  return `${block(texts.curl)}<details><summary>In Node</summary>${block(texts.node)}</details><details><summary>In Python</summary>${block(texts.python)}</details>`;
}

const secretNames: Record<string, string> = {
  apiKey: "TIELINE_KEY",
  cronSecret: "CRON_SECRET",
  metricsToken: "METRICS_TOKEN",
};

function answers(content: Operation["responses"][string]["content"]): string {
  return Object.values(content ?? {})
    .map(
      ({ schema, example }) =>
        `${schema ? `<br>${schemaText(schema)}` : ""}${example === undefined ? "" : `<details><summary>Example</summary><pre tabindex="0">${escapeHtml(JSON.stringify(example, null, 2))}</pre></details>`}`,
    )
    .join("");
}

function parameterTable({ parameters }: Operation): string {
  if (parameters.length === 0) return "";
  const rows = parameters.map(
    ({ name, in: place, required, description = "" }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}${required ? ", required" : ""}</td><td>${prose(description)}</td></tr>`,
  );
  return `<table><thead><tr><th scope="col">Parameter</th><th scope="col">In</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function schemaText(schema: object): string {
  const text = JSON.stringify(schema);
  const name = /^\{"\$ref":"#\/components\/schemas\/(\w+)"\}$/.exec(text)?.[1];
  if (name) return `<a class="schema" href="#schema-${name}">${name}</a>`;
  return `<details><summary>Schema</summary><pre tabindex="0">${linked(JSON.stringify(schema, null, 2))}</pre></details>`;
}

function linked(json: string): string {
  return escapeHtml(json).replaceAll(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$1</a>');
}

/** Text with `code` and paragraphs. */
function prose(text: string): string {
  return escapeHtml(text)
    .replaceAll(/`([^`]+)`/g, "<code>$1</code>")
    .replaceAll("\n\n", "<br>");
}
