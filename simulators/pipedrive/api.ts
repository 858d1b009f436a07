import { type Answer, createRouter, type Exchange, readBearer, readJson, readSegments } from "#simulators/kit";
import type { Company } from "./company.ts";
import { PipedriveError, unauthorized } from "./errors.ts";
import type { Author } from "./records.ts";
import type { Values } from "./table.ts";
import type { Caller, World } from "./world.ts";

/** What a handler gets: an authenticated request. */
export interface Call {
  world: World;
  exchange: Exchange;
  company: Company;
  caller: Caller;
  author: Author;
  params: Record<string, string>;
  query: URLSearchParams;
}

export interface Route {
  handle(call: Call): Answer | Promise<Answer>;
  /** Any one of them; none means that every token may. */
  scopes: readonly string[];
  /** In tokens of the daily budget. */
  cost: number;
  isSearch?: boolean;
}

/** A route without a company: sign-in. */
export interface OpenRoute {
  open(exchange: Exchange): Answer;
}

/** Adds a route: `GET /v2/persons`. */
export type Add = (method: string, pattern: string, route: Route | OpenRoute) => void;
export type Routes = (add: Add) => void;

export function createApi(world: World, groups: Routes[]) {
  const router = createRouter<Route | OpenRoute>();
  for (const group of groups) group(router.add);
  return { handle };

  async function handle(exchange: Exchange): Promise<Answer> {
    const correlation = { "x-correlation-id": world.base.random.uuid() };
    try {
      const answer = await dispatch(exchange);
      return { ...answer, headers: { ...correlation, ...answer.headers } };
    } catch (error) {
      if (error instanceof PipedriveError) return { status: error.status, headers: correlation, body: error.body };
      throw error;
    }
  }

  async function dispatch(exchange: Exchange): Promise<Answer> {
    const found = router.find(exchange.method, canonical(exchange.path));
    if (found.kind === "found" && "open" in found.route) return found.route.open(exchange);
    // The gateway asks who it is before it looks what is wanted.
    const apiToken = exchange.headers["x-api-token"];
    const caller = world.authenticate({
      bearer: readBearer(exchange),
      apiToken: typeof apiToken === "string" ? apiToken : undefined,
    });
    if (!caller) return unauthorized();
    if (found.kind !== "found" || "open" in found.route) throw new PipedriveError(404, "Unknown method .");
    const { route, params } = found;
    const isWrite = exchange.method !== "GET";
    const now = world.base.clock.now();
    const taken = world.limits.take(caller, route.cost, route.isSearch ?? false, isWrite, now);
    if (taken.refused) return tooMany(taken.refused, taken.headers);
    const { company } = caller;
    try {
      checkScopes(caller, route.scopes);
      const author: Author = { userId: caller.userId, source: "api" };
      const answer = await route.handle({ world, exchange, company, caller, author, params, query: exchange.query });
      return { ...answer, headers: { ...taken.headers, ...answer.headers } };
    } catch (error) {
      if (error instanceof PipedriveError) return { status: error.status, headers: taken.headers, body: error.body };
      throw error;
    }
  }
}

// `/api/v1`, `/api/v2` and the older `/v1`; sign-in stands beside them.
function canonical(path: string): string[] {
  const segments = readSegments(path) ?? [];
  if (segments[0] === "api" && (segments[1] === "v1" || segments[1] === "v2")) return segments.slice(1);
  return segments[0] === "v2" ? [] : segments;
}

export function checkScopes({ scopes }: Caller, needed: readonly string[]): void {
  if (!scopes || needed.length === 0 || needed.some((scope) => scopes.has(scope))) return;
  throw new PipedriveError(403, "Scope and URL mismatch", {
    error_info: `One of these is needed: ${needed.join(", ")}`,
  });
}

function tooMany(why: "burst" | "daily" | "blocked", headers: Record<string, string>): Answer {
  if (why === "blocked") {
    const body =
      "<!DOCTYPE html><html><head><title>Access denied | Cloudflare</title></head><body>Error 1015</body></html>";
    return { status: 403, headers: { "content-type": "text/html; charset=UTF-8" }, body };
  }
  return { status: 429, headers, body: tooManyBody() };
}

export function tooManyBody() {
  return {
    success: false,
    error: "request over limit",
    errorCode: 429,
    error_info: "Please check developers.pipedrive.com",
  };
}

/** The JSON object of a body. */
export function readBody({ exchange }: Pick<Call, "exchange">): Values {
  const body = readAnyBody(exchange);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new PipedriveError(400, "Request body must be an object");
  }
  return body as Values;
}

/** The JSON list of a body, as the options of fields are sent. */
export function readList({ exchange }: Pick<Call, "exchange">): Values[] {
  const body = readAnyBody(exchange);
  if (!Array.isArray(body)) throw new PipedriveError(400, "Request body must be a list");
  return body as Values[];
}

function readAnyBody(exchange: Exchange): unknown {
  if (exchange.rawBody.length === 0) return {};
  if (!/^application\/([\w.-]+\+)?json\b/i.test(exchange.headers["content-type"] ?? "")) {
    throw new PipedriveError(415, "Unsupported media type");
  }
  try {
    return readJson(exchange);
  } catch {
    throw new PipedriveError(400, "Request body is not valid JSON");
  }
}

export function ok(data: unknown, more: Values = {}): Answer {
  return { status: 200, body: { success: true, data, ...more } };
}
