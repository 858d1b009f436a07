import { type Answer, createRouter, type Exchange, readJson, readSegments } from "#simulators/kit";
import { notFound, refuse, SalesforceError, toAnswer } from "./errors.ts";
import { apiVersions } from "./options.ts";
import type { Org } from "./org.ts";
import type { Writer } from "./save.ts";
import type { World } from "./world.ts";

/** One call of the REST API, from the wire or from inside a composite request. */
export interface Call {
  world: World;
  org: Org;
  writer: Writer;
  /** Such as 67.0. */
  version: string;
  method: string;
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  header(name: string): string | undefined;
  /** Another call in the name of the same caller. */
  again(method: string, url: string, body: unknown): Answer;
  usage: { used: number; max: number };
}

export type Handle = (call: Call) => Answer;
export type Routes = (add: (method: string, pattern: string, handle: Handle) => void) => void;
/** Answers undefined for what is not its own. */
export type OpenRoutes = (exchange: Exchange) => Answer | undefined;

export function createApi(world: World, open: OpenRoutes, groups: Routes[]) {
  const router = createRouter<Handle>();
  for (const group of groups) group((method, pattern, handle) => router.add(method, pattern, handle));
  return { handle };

  function handle(exchange: Exchange): Answer {
    try {
      if (exchange.target.length > 16_384) throw refuse(414, "URI_TOO_LONG", "URI Too Long");
      return open(exchange) ?? rest(exchange);
    } catch (error) {
      if (error instanceof SalesforceError) return toAnswer(error);
      throw error;
    }
  }

  function rest(exchange: Exchange): Answer {
    if (/^\/services\/data\/?$/.test(exchange.path)) return { status: 200, body: versions() };
    if (!exchange.path.startsWith("/services/data/")) throw notFound();
    const { org, userId, grant } = world.authenticate(exchange.headers.authorization);
    if (!grant.scopes.includes("api") && !grant.scopes.includes("full")) {
      throw refuse(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API");
    }
    const usage = world.take(org);
    const headers = { "sforce-limit-info": `api-usage=${usage.used}/${usage.max}` };
    if (!usage.allowed) {
      const refused = refuse(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
      return { ...toAnswer(refused), headers };
    }
    const header = (name: string) => {
      const value = exchange.headers[name];
      return typeof value === "string" ? value : undefined;
    };
    const writer = {
      userId,
      allowDuplicates: /allowSave\s*=\s*true/i.test(header("sforce-duplicate-rule-header") ?? ""),
    };
    try {
      const method = exchange.method === "POST" ? (exchange.query.get("_HttpMethod") ?? "POST") : exchange.method;
      const answer = dispatch(method, exchange.path, exchange.query, () => readBody(exchange));
      return { ...answer, headers: { ...headers, ...answer.headers } };
    } catch (error) {
      if (!(error instanceof SalesforceError)) throw error;
      return { ...toAnswer(error), headers };
    }

    function dispatch(method: string, path: string, query: URLSearchParams, body: () => unknown): Answer {
      const segments = readSegments(path)?.slice(2);
      const version = /^v(\d{2}\.0)$/.exec(segments?.shift() ?? "")?.[1];
      if (!segments || version === undefined || !isKnown(version)) throw notFound();
      const found = router.find(method, segments);
      if (found.kind === "unknown") throw notFound();
      if (found.kind === "wrong-method") {
        throw refuse(
          405,
          "METHOD_NOT_ALLOWED",
          `HTTP Method '${method}' not allowed. Allowed are ${found.allowed.join(",")}`,
        );
      }
      const call: Call = {
        world,
        org,
        writer,
        version,
        method,
        params: found.params,
        query,
        body: body(),
        header,
        again,
        usage,
      };
      return found.route(call);
    }

    function again(method: string, url: string, body: unknown): Answer {
      const target = new URL(url, "http://inside");
      try {
        return dispatch(method, target.pathname, target.searchParams, () => body);
      } catch (error) {
        if (error instanceof SalesforceError) return toAnswer(error);
        throw error;
      }
    }
  }
}

// Every version from Spring '19 on is kept; the list names the newer ones.
function isKnown(version: string): boolean {
  return Number(version) >= 45 && Number(version) <= Number(apiVersions.at(-1));
}

function versions() {
  return apiVersions.map((version) => {
    const number = Number(version);
    const season = ["Spring", "Summer", "Winter"][number % 3];
    return { label: `${season} '${seasonYear(number)}`, url: `/services/data/v${version}`, version };
  });
}

// Summer '25 is 64; three releases make a year, and Winter carries the next year's number.
function seasonYear(version: number): string {
  return String(25 + Math.floor((version - 64 + 2) / 3));
}

function readBody(exchange: Exchange): unknown {
  if (exchange.rawBody.length === 0) return undefined;
  if (!/json/i.test(exchange.headers["content-type"] ?? "")) {
    throw refuse(415, "UNSUPPORTED_MEDIA_TYPE", "Content type not supported; send application/json");
  }
  try {
    return readJson(exchange);
  } catch {
    throw refuse(400, "JSON_PARSER_ERROR", "Unexpected character or end of input at [line:1, column:1]");
  }
}
