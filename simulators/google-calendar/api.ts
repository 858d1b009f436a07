import { type Answer, createRouter, type Exchange, readJson, readSegments } from "#simulators/kit";
import type { Calendar } from "./calendar.ts";
import { CalendarError, notFound, toAnswer } from "./errors.ts";
import { type AccessRole, accessRoles, scopePrefix } from "./options.ts";
import type { Caller, World } from "./world.ts";

export interface Call extends Caller {
  world: World;
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  headers: Exchange["headers"];
  /** The calendar of the path, when the caller has at least this role in it. */
  calendar(atLeast: AccessRole): Calendar;
}

export interface Route {
  handle(call: Call): Answer;
  /** Any one of these, without the common prefix, opens the route. */
  scopes: readonly string[];
  writes?: boolean;
}

export type Routes = (add: (method: string, pattern: string, route: Route) => void) => void;

export function createApi(world: World, open: (exchange: Exchange) => Answer | undefined, groups: Routes[]) {
  const router = createRouter<Route>();
  for (const group of groups) group((method, pattern, route) => router.add(method, pattern, route));
  return { handle };

  function handle(exchange: Exchange): Answer {
    try {
      return open(exchange) ?? dispatch(exchange);
    } catch (error) {
      if (error instanceof CalendarError) return toAnswer(error);
      throw error;
    }
  }

  function dispatch(exchange: Exchange): Answer {
    const segments = readSegments(exchange.path);
    if (segments?.[0] !== "calendar" || segments[1] !== "v3") throw notFound();
    const found = router.find(exchange.method, segments.slice(2));
    if (found.kind !== "found") throw notFound();
    const { route, params } = found;
    const caller = world.authenticate(exchange.headers.authorization);
    const held = new Set(caller.grant.scopes);
    const opening = route.scopes.filter((name) => held.has(scopePrefix + name));
    if (opening.length === 0) throw insufficient();
    world.take(caller);
    if (route.writes && world.overused > 0) {
      world.overused--;
      throw new CalendarError(403, "quotaExceeded", "Calendar usage limits exceeded.", "usageLimits");
    }
    const body = readBody(exchange);
    return route.handle({ ...caller, world, params, query: exchange.query, body, headers: exchange.headers, calendar });

    function calendar(atLeast: AccessRole): Calendar {
      const id = params.calendarId === "primary" ? caller.account.email : (params.calendarId ?? "");
      const calendar = world.calendars.get(id);
      const role = caller.account.roles.get(id);
      // What one may not see does not exist.
      if (!calendar || role === undefined || role === "freeBusyReader") throw notFound();
      if (!opening.some((name) => reaches(name, calendar, caller))) throw insufficient();
      if (accessRoles.indexOf(role) >= accessRoles.indexOf(atLeast)) return calendar;
      throw new CalendarError(403, "forbidden", `You need to have ${atLeast} access to this calendar.`, "calendar");
    }
  }
}

/** Two kinds of scope open some calendars only: the person's own, and those that the app has made. */
function reaches(scope: string, calendar: Calendar, { account, grant }: Caller): boolean {
  if (scope.startsWith("calendar.events.owned")) return calendar.owner === account.email;
  return scope !== "calendar.app.created" || calendar.madeBy === grant.clientId;
}

function insufficient(): CalendarError {
  return new CalendarError(403, "insufficientPermissions", "Request had insufficient authentication scopes.");
}

function readBody(exchange: Exchange): unknown {
  try {
    return readJson(exchange);
  } catch {
    throw new CalendarError(400, "parseError", "Parse Error");
  }
}
