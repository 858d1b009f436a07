export interface SampleRequest {
  method: string;
  /** With `{id}` where something is filled in. */
  url: string;
  /** The environment variable that holds the bearer secret; none for public routes. */
  secret?: string;
  body: unknown;
}

/** One request in the three languages of the docs. Values to fill in come from the environment. */
export function samplesOf(request: SampleRequest): { curl: string; node: string; python: string } {
  return { curl: curl(request), node: node(request), python: python(request) };
}

function curl({ method, url, secret, body }: SampleRequest): string {
  const json = body === undefined ? null : JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return [
    `curl${method === "GET" ? "" : ` -X ${method}`} "${fill(url, (name) => `$${name}`)}"`,
    ...(secret ? [`  -H "Authorization: Bearer $${secret}"`] : []),
    ...(json === null ? [] : [`  -H "Content-Type: application/json"`, `  -d '${json}'`]),
  ].join(" \\\n");
}

function node({ method, url, secret, body }: SampleRequest): string {
  const headers = [
    ...(secret ? [`    Authorization: \`Bearer \${process.env.${secret}}\`,`] : []),
    ...(body === undefined ? [] : [`    "Content-Type": "application/json",`]),
  ];
  return [
    `const answer = await fetch(\`${fill(url, (name) => `\${process.env.${name}}`)}\`, {`,
    `  method: "${method}",`,
    ...(headers.length > 0 ? ["  headers: {", ...headers, "  },"] : []),
    ...(body === undefined ? [] : [`  body: JSON.stringify(${indent(JSON.stringify(body, null, 2), "  ")}),`]),
    "});",
    "console.log(answer.status, await answer.text());",
  ].join("\n");
}

function python({ method, url, secret, body }: SampleRequest): string {
  return [
    "import os, requests",
    "",
    `answer = requests.request("${method}", f"${fill(url, (name) => `{os.environ['${name}']}`)}",`,
    ...(secret ? [`    headers={"Authorization": f"Bearer {os.environ['${secret}']}"},`] : []),
    ...(body === undefined ? [] : [`    json=${indent(toPython(body, 0), "    ")},`]),
    ")",
    "print(answer.status_code, answer.text)",
  ].join("\n");
}

function fill(url: string, value: (name: string) => string): string {
  return url.replaceAll(/\{(\w+)\}/g, (_, name: string) => value(name.toUpperCase()));
}

function indent(text: string, by: string): string {
  return text.replaceAll("\n", `\n${by}`);
}

/** JSON as a Python literal. */
function toPython(value: unknown, depth: number): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const pad = "  ".repeat(depth + 1);
  const isList = Array.isArray(value);
  const items = isList
    ? value.map((item) => pad + toPython(item, depth + 1))
    : Object.entries(value).map(([name, item]) => `${pad}${JSON.stringify(name)}: ${toPython(item, depth + 1)}`);
  const [open, close] = isList ? "[]" : "{}";
  return items.length === 0 ? `${open}${close}` : `${open}\n${items.join(",\n")},\n${"  ".repeat(depth)}${close}`;
}
