import {
  type ConnectionView,
  type Connector,
  type ProviderApi,
  type ProviderRequest,
  unreadableAnswer,
} from "#connector-kit";
import { newId, PlatformError } from "#core";

/** A ProviderApi for tests that sends nothing: it keeps what would be sent, and answers what the test says. */
export interface ScriptedApi extends ProviderApi {
  readonly sent: ProviderRequest[];
}

export type Script = (request: ProviderRequest) => { status: number; body?: unknown; headers?: Record<string, string> };

/** Answers go through the connector's own `classify`, as the gateway does it; a script that throws is an answer that never came. */
export function createScriptedApi(
  connector: Connector,
  script: Script,
  view: Partial<ConnectionView> = {},
): ScriptedApi {
  const sent: ProviderRequest[] = [];
  return { connection: aConnectionView(connector, view), sent, send };

  async function send<Body>(request: ProviderRequest) {
    sent.push(request);
    const { status, body, headers = {} } = script(request);
    const answer = { status, headers: new Headers(headers), body: body as Body };
    if (status < 300 || request.accept?.includes(status)) return answer;
    throw connector.classify({ request, status, headers: answer.headers, body, intervalMs: 10_000 });
  }
}

/** A connection as connector code sees it, its settings parsed. */
export function aConnectionView(connector: Connector, view: Partial<ConnectionView> = {}): ConnectionView {
  return {
    id: newId("connection"),
    provider: connector.id,
    environment: "production",
    externalAccountId: "account-1",
    state: {},
    ...view,
    settings: connector.settings.parse(view.settings ?? {}),
  };
}

/** A ProviderApi for tests over real HTTP: no limits, no retries, no refresh; only the meaning of answers is the gateway's. */
export function createHttpApi(
  connector: Connector,
  baseUrl: string,
  authorization: Record<string, string>,
  view: Partial<ConnectionView> = {},
): ProviderApi {
  const connection = aConnectionView(connector, view);
  const intervalMs = Math.max(1_000, ...connector.limits.map(({ perMs }) => perMs));
  return { connection, send };

  async function send<Body>(request: ProviderRequest) {
    const { status, headers, text } = await exchange(request);
    const body = toBody(text, headers);
    if (status < 300 || request.accept?.includes(status)) {
      if (body === malformed) throw unreadableAnswer(connector.name, request.effect);
      return { status, headers, body: body as Body };
    }
    throw connector.classify({ request, status, headers, body: body === malformed ? text : body, intervalMs });
  }

  async function exchange(request: ProviderRequest) {
    const { method, path, query = {}, json, form, effect, timeoutMs = 10_000 } = request;
    const url = new URL(baseUrl + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const headers: Record<string, string> = { ...request.headers, ...authorization };
    if (json !== undefined) headers["content-type"] = "application/json";
    const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json);
    try {
      const answer = await fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    } catch (cause) {
      const code = effect === "write" ? "provider.ambiguous" : "provider.network";
      throw new PlatformError(code, `${connector.name} did not answer.`, { cause });
    }
  }
}

const malformed = Symbol("an answer that says it is JSON and is not");

function toBody(text: string, headers: Headers): unknown {
  if (text === "") return undefined;
  if (!/[/+]json\b/i.test(headers.get("content-type") ?? "")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return malformed;
  }
}
