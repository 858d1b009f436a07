import { setTimeout as sleep } from "node:timers/promises";

/** The product seen by a host app: its REST API with a host key. */
export interface HostApp {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object): Promise<T>;
  /** Names the tenant of the requests that follow. */
  actFor(tenantId: string): void;
}

export function createHostApp(url: string, key: string): HostApp {
  let tenant: string | undefined;
  return {
    get: (path) => send("GET", path),
    post: (path, body) => send("POST", path, body),
    actFor: (tenantId) => {
      tenant = tenantId;
    },
  };

  async function send<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(tenant && { "tieline-tenant": tenant }),
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}

/**
 * What a person does to connect by OAuth, scripted: opens our address, reads the provider's consent page, approves, and is
 * sent back. `consent` approves at the provider and answers where the browser is sent.
 */
export async function signIn(startUrl: string, consent: (authorizeUrl: string) => Promise<URL>): Promise<void> {
  const start = await fetch(startUrl, { redirect: "manual" });
  const authorizeUrl = start.headers.get("location");
  const cookie = start.headers.get("set-cookie")?.split(";")[0];
  if (!authorizeUrl || !cookie) throw new Error(`The sign-in could not start: ${start.status} ${await start.text()}`);
  const back = await consent(authorizeUrl);
  const done = await fetch(back, { headers: { cookie }, redirect: "manual" });
  if (done.status >= 400) throw new Error(`The sign-in was answered with ${done.status}: ${await done.text()}`);
}

/** Asks again and again until `read` answers something. */
export async function until<T>(what: string, read: () => Promise<T | null | undefined>, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await read();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${withinMs / 1_000} s.`);
    await sleep(100); // a key has 600 requests a minute
  }
}
