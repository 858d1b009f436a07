import {
  type Answer,
  type Base,
  createRouter,
  type Exchange,
  readBearer,
  readJson,
  readSegments,
} from "#simulators/kit";
import { FilterProblem } from "./filters.ts";
import type { World } from "./world.ts";

/** Answered as Retell's own error body. */
export class RetellError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const unknownAsset = () => new RetellError(422, "Cannot find requested asset under given api key.");
export const badRequest = (message = "Invalid request format, please check API reference.") =>
  new RetellError(400, message);

export interface Call {
  params: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, unknown>;
}

export type Handle = (call: Call) => Answer;
export type Routes = (add: (method: string, pattern: string, handle: Handle) => void) => void;

export function createApi({ base, world }: { base: Base; world: World }, groups: Routes[]) {
  const router = createRouter<Handle>();
  for (const group of groups) group(router.add);

  return (exchange: Exchange): Answer => {
    try {
      return dispatch(exchange);
    } catch (error) {
      if (error instanceof RetellError) return { status: error.status, body: errorBody(error.message) };
      if (error instanceof FilterProblem) return { status: 400, body: errorBody(error.message) };
      throw error;
    }
  };

  function dispatch(exchange: Exchange): Answer {
    const found = router.find(exchange.method, readSegments(exchange.path) ?? [""]);
    if (found.kind !== "found") throw new RetellError(404, "The requested resource was not found.");
    if (!world.apiKeys.has(readBearer(exchange) ?? "")) throw new RetellError(401, "API key is missing or invalid.");
    if (world.requestLimiter && !world.requestLimiter.take(base.clock.now(), base.freeShare()).allowed) {
      throw new RetellError(429, "Account rate limited, please throttle your requests.");
    }
    return found.route({ params: found.params, query: exchange.query, body: readBody(exchange) });
  }
}

function readBody(exchange: Exchange): Record<string, unknown> {
  let body: unknown;
  try {
    body = readJson(exchange) ?? {};
  } catch {
    throw badRequest();
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw badRequest();
  return body as Record<string, unknown>;
}

export function errorBody(message: string) {
  return { status: "error", message };
}
