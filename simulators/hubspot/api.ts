import { type Answer, createRouter, type Exchange, readBearer, readJson, readSegments } from "#simulators/kit";
import { HubSpotError, notFound, toAnswer } from "./errors.ts";
import { toCanonical } from "./paths.ts";
import type { Portal } from "./portal.ts";
import type { Caller, World } from "./world.ts";

/** What a handler gets: an authenticated request with its JSON read. */
export interface Call {
  world: World;
  exchange: Exchange;
  portal: Portal;
  caller: Caller;
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  /** `v3`, `v4`, `2026-09` … */
  generation: string;
  correlationId: string;
}

/** Scopes of which each inner list needs one: `[["a"], ["b", "c"]]` is a and (b or c). */
export type ScopeNeeds = string[][];

export interface Route {
  handle(call: Call): Answer;
  scopes?: (params: Record<string, string>) => ScopeNeeds;
  bucket?: "standard" | "search";
}

/** A route without a portal: sign-in and app settings. */
export interface OpenRoute {
  open: (exchange: Exchange, params: Record<string, string>, correlationId: string) => Answer;
}

export type Routes = (add: (method: string, pattern: string, route: Route | OpenRoute) => void) => void;

export function createApi(world: World, groups: Routes[]) {
  const router = createRouter<Route | OpenRoute>();
  for (const group of groups) group((method, pattern, route) => router.add(method, pattern, route));
  return { handle };

  function handle(exchange: Exchange): Answer {
    const correlationId = world.random.uuid();
    try {
      return dispatch(exchange, correlationId);
    } catch (error) {
      if (error instanceof HubSpotError) return toAnswer(error, correlationId);
      throw error;
    }
  }

  function dispatch(exchange: Exchange, correlationId: string): Answer {
    const segments = readSegments(exchange.path);
    const canonical = segments && toCanonical(segments);
    if (!canonical) throw notFound("The requested path does not exist");
    const found = router.find(exchange.method, canonical.segments);
    if (found.kind === "unknown") throw notFound("The requested path does not exist");
    if (found.kind === "wrong-method") throw new HubSpotError(405, "HTTP 405 Method Not Allowed");
    const { route, params } = found;
    if ("open" in route) return route.open(exchange, params, correlationId);

    const caller = world.authenticate(readBearer(exchange));
    const limit = world.limits.take(caller, route.bucket ?? "standard", world.clock.now());
    if (limit.policy) {
      const { policyName, message } = limit.policy;
      const body = {
        status: "error",
        message,
        errorType: "RATE_LIMIT",
        correlationId,
        policyName,
        groupName: caller.groupName,
      };
      return { status: 429, headers: limit.headers, body };
    }
    try {
      checkScopes(caller, route.scopes?.(params) ?? []);
      const { portal } = caller;
      const { generation } = canonical;
      const call = {
        world,
        exchange,
        portal,
        caller,
        params,
        query: exchange.query,
        body: readBody(exchange),
        generation,
        correlationId,
      };
      const answer = route.handle(call);
      return { ...answer, headers: { ...limit.headers, ...answer.headers } };
    } catch (error) {
      if (!(error instanceof HubSpotError)) throw error;
      return { ...toAnswer(error, correlationId), headers: limit.headers };
    }
  }
}

function readBody(exchange: Exchange): unknown {
  if (exchange.method === "GET" || exchange.method === "DELETE") return undefined;
  try {
    return readJson(exchange);
  } catch {
    throw new HubSpotError(400, "Invalid input JSON on line 1, column 1: the body is not valid JSON", {
      category: "VALIDATION_ERROR",
    });
  }
}

function checkScopes({ scopes }: Caller, needs: ScopeNeeds): void {
  const missing = needs.filter((oneOf) => !oneOf.some((scope) => scopes.has(scope)));
  if (missing.length === 0) return;
  throw new HubSpotError(
    403,
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    {
      category: "MISSING_SCOPES",
      errors: [
        {
          message: "One or more of the following scopes are required.",
          context: { requiredGranularScopes: missing.flat() },
        },
      ],
      links: { scopes: "https://developers.hubspot.com/scopes" },
    },
  );
}
