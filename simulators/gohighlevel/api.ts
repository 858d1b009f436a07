import { type Answer, createRouter, type Exchange, readBearer, readJson, readSegments } from "#simulators/kit";
import { bad, GoHighLevelError, otherLocation, toAnswer, unauthorized, unprocessable } from "./errors.ts";
import type { Location, Values } from "./location.ts";
import type { Caller, World } from "./world.ts";

/** What a handler gets: an authenticated request. */
export interface Call {
  world: World;
  exchange: Exchange;
  caller: Caller;
  params: Record<string, string>;
  query: URLSearchParams;
  /** v3 and the older versions share paths, and differ in names. */
  isV3: boolean;
  traceId: string;
}

export interface Route {
  handle(call: Call): Answer;
  scope: string;
  /** A path that only one generation has. */
  only?: "legacy" | "v3";
}

/** A route without a token. */
export interface OpenRoute {
  open(exchange: Exchange, isV3: boolean, traceId: string): Answer;
}

export type Routes = (add: (method: string, pattern: string, route: Route | OpenRoute) => void) => void;

const versions = ["v3", "2023-02-21", "2021-07-28", "2021-04-15"];

export function createApi(world: World, groups: Routes[]) {
  const router = createRouter<Route | OpenRoute>();
  for (const group of groups) group(router.add);
  return { handle };

  function handle(exchange: Exchange): Answer {
    const traceId = world.base.random.uuid();
    try {
      return dispatch(exchange, traceId);
    } catch (error) {
      if (error instanceof GoHighLevelError) return toAnswer(error, traceId);
      throw error;
    }
  }

  function dispatch(exchange: Exchange, traceId: string): Answer {
    const found = router.find(exchange.method, readSegments(exchange.path) ?? [""]);
    const version = exchange.headers.version;
    const isV3 = version === "v3";
    if (found.kind === "found" && "open" in found.route) return found.route.open(exchange, isV3, traceId);
    if (found.kind !== "found") throw unknownPath(exchange);
    const { route, params } = found;
    if (typeof version !== "string") throw unauthorized("version header was not found");
    if (!versions.includes(version)) throw bad("version header is invalid");
    if ("open" in route || (route.only && (route.only === "v3") !== isV3)) throw unknownPath(exchange);
    const caller = world.authenticate(readBearer(exchange));
    const { allowed, headers } = world.limits.take(caller, world.base.clock.now());
    if (!allowed) return { status: 429, headers, body: { statusCode: 429, message: "Too many requests" } };
    try {
      // Also 401: a refresh does not help.
      if (!caller.scopes.has(route.scope)) throw unauthorized("The token is not authorized for this scope.");
      const answer = route.handle({ world, exchange, caller, params, query: exchange.query, isV3, traceId });
      return { ...answer, headers: { ...headers, ...answer.headers } };
    } catch (error) {
      if (error instanceof GoHighLevelError) return { ...toAnswer(error, traceId), headers };
      throw error;
    }
  }
}

function unknownPath({ method, path }: Exchange): GoHighLevelError {
  return new GoHighLevelError(404, `Cannot ${method} ${path}`, { error: "Not Found" });
}

/** The location of the token; a token of a company has none and may not look into contacts. */
export function locationOf({ caller }: Call): Location {
  if (!caller.location) throw otherLocation();
  return caller.location;
}

/** The same, after a look whether the request names this location. */
export function namedLocation(call: Call, id: unknown): Location {
  if (typeof id !== "string" || id === "")
    throw unprocessable(["locationId should not be empty", "locationId must be a string"]);
  const location = locationOf(call);
  if (location.id !== id) throw otherLocation();
  return location;
}

/** What a value must be, with the words that are told when it is not. */
export type Rule = "string" | "number" | "boolean" | "array" | "object" | readonly string[];

/** Reads a JSON body; wrong, missing and unknown members are all told at once, in a list. */
export function readBody({ exchange }: Call, rules: Record<string, Rule>, required: readonly string[] = []): Values {
  let body: unknown;
  try {
    body = readJson(exchange) ?? {};
  } catch {
    throw bad("Unexpected token in JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw bad("The body must be an object");
  const problems: string[] = [];
  const values = body as Values;
  for (const name of required)
    if (values[name] === undefined || values[name] === "") problems.push(`${name} should not be empty`);
  for (const [name, value] of Object.entries(values)) {
    const rule = rules[name];
    if (rule === undefined) problems.push(`property ${name} should not exist`);
    else if (value !== null && value !== undefined && !fits(rule, value)) problems.push(wrong(name, rule));
  }
  if (problems.length > 0) throw unprocessable(problems);
  return values;
}

function fits(rule: Rule, value: unknown): boolean {
  if (typeof rule !== "string") return rule.includes(String(value));
  if (rule === "array") return Array.isArray(value);
  if (rule === "object") return typeof value === "object" && !Array.isArray(value);
  return typeof value === rule;
}

function wrong(name: string, rule: Rule): string {
  if (typeof rule !== "string") return `${name} must be one of the following values: ${rule.join(", ")}`;
  return `${name} must be ${rule === "array" ? "an array" : rule === "object" ? "an object" : `a ${rule === "boolean" ? "boolean value" : rule}`}`;
}

/** The first of several names of a parameter: `locationId`, or `location_id` in older versions. */
export function parameter(query: URLSearchParams, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = query.get(name);
    if (value !== null && value !== "") return value;
  }
  return undefined;
}

export function readCount(value: unknown, name: string, { usual, max }: { usual?: number; max: number }): number {
  const count = value === undefined || value === null ? usual : Number(value);
  if (count === undefined || !Number.isInteger(count) || count < 1)
    throw unprocessable([`${name} must be a positive number`]);
  if (count > max) throw unprocessable([`${name} must not be greater than ${max}`]);
  return count;
}
