import type { CommonOptions, Control, Simulator } from "./simulator.ts";

/** What `startSimulator` needs of a test: somewhere to leave the clean-up. */
export interface Cleanup {
  after(task: () => Promise<void>): void;
}

/** Starts a simulator on a free port and stops it when the test is over. */
export async function startSimulator<C extends Control, O extends CommonOptions>(
  t: Cleanup,
  create: (options?: O) => Simulator<C>,
  options?: O,
): Promise<Simulator<C>> {
  const simulator = create(options);
  await simulator.start();
  t.after(() => simulator.stop());
  return simulator;
}

/** Does what a person does at the consent page, over HTTP, and answers where the browser is sent. */
export async function consent(
  authorizeUrl: string,
  { decision = "approve", account }: { decision?: "approve" | "deny"; account?: string } = {},
): Promise<URL> {
  const page = await fetch(authorizeUrl);
  const text = await page.text();
  if (page.status !== 200)
    throw new Error(`The consent page answered ${page.status}: ${/role="alert">([^<]*)/.exec(text)?.[1] ?? ""}`);
  const fields = new URLSearchParams();
  for (const [, name = "", value = ""] of text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) {
    fields.append(unescapeHtml(name), unescapeHtml(value));
  }
  fields.set("account", account ?? unescapeHtml(/name="account" value="([^"]*)" checked/.exec(text)?.[1] ?? ""));
  fields.set("decision", decision);
  const answer = await fetch(authorizeUrl, { method: "POST", body: fields, redirect: "manual" });
  const location = answer.headers.get("location");
  if (answer.status !== 302 || location === null) throw new Error(`The consent form answered ${answer.status}`);
  return new URL(location);
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

export interface Called {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of all shapes, looked into by assertions
  body: any;
}

/** A plain JSON caller for one address and one set of headers. */
export function createCaller(url: string, headers: Record<string, string> = {}) {
  return async (method: string, path: string, body?: unknown): Promise<Called> => {
    const answer = await fetch(url + path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
    return { status: answer.status, headers: answer.headers, body: isJson && text !== "" ? JSON.parse(text) : text };
  };
}
