import { type Answer, createSimulator, type Knob, type Simulator } from "#simulators/kit";
import { createApi } from "./api.ts";
import { createControl, type GoHighLevelControl, seedLocation } from "./control.ts";
import type { GoHighLevelLimits } from "./limits.ts";
import type { LocationOptions } from "./location.ts";
import type { AppOptions, CompanyOptions, GoHighLevelOptions, PrivateTokenOptions } from "./options.ts";
import { readState, showWorld } from "./page.ts";
import { calendarRoutes } from "./routes/calendars.ts";
import { contactRoutes } from "./routes/contacts.ts";
import { conversationRoutes } from "./routes/conversations.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { opportunityRoutes } from "./routes/opportunities.ts";
import { settingRoutes } from "./routes/settings.ts";
import { createWorld, type World } from "./world.ts";

/** A HighLevel of our own: agencies, locations, apps and tokens, on one local port. */
export function createGoHighLevelSimulator(options: GoHighLevelOptions = {}): Simulator<GoHighLevelControl> {
  return createSimulator(options, (base) => {
    const world = createWorld(base, options);
    let control: GoHighLevelControl;
    const api = createApi(world, [
      ...[contactRoutes, opportunityRoutes, calendarRoutes, settingRoutes, conversationRoutes, oauthRoutes(world)],
    ]);
    return {
      id: "gohighlevel",
      name: "GoHighLevel",
      handle: api.handle,
      failure,
      knobs: goHighLevelKnobs(world, () => control),
      state: (query) => readState(world, query),
      page: (query) => showWorld(world, query),
      reset: () => world.reset(),
      control: (shared) => {
        control = createControl(shared, world);
        return control;
      },
    };
  });
}

function failure(status: number): Answer {
  if (status === 401) return { status, body: { statusCode: 401, message: "Invalid JWT", error: "Unauthorized" } };
  const message =
    status === 429 ? "Too many requests" : status === 503 ? "Service Unavailable" : "Internal server error";
  return { status, body: { statusCode: status, message } };
}

function goHighLevelKnobs(world: World, control: () => GoHighLevelControl): Record<string, Knob> {
  return {
    seed: ({ locationId, ...seed }) =>
      seedLocation(world, world.location(locationId === undefined ? undefined : String(locationId)), seed),
    revoke: (what) => ({ revoked: control().revoke(what) }),
    rotate: ({ refreshTokens, privateToken, clientId, clientSecret }) => {
      if (refreshTokens === "single-use" || refreshTokens === "reusable") control().refreshTokens(refreshTokens);
      const app = world.apps.get(String(clientId));
      if (app && typeof clientSecret === "string") app.clientSecret = clientSecret;
      if (typeof privateToken !== "string") return undefined;
      const caller = world.privateTokens.get(privateToken);
      if (!caller) throw new Error("No such private integration token");
      world.privateTokens.delete(privateToken);
      const place = caller.location ? { locationId: caller.location.id } : { companyId: caller.companyId };
      return { privateToken: world.addPrivateToken({ ...place, scopes: [...caller.scopes], isTrial: caller.isTrial }) };
    },
    expire: (which) => ({ expired: control().expireAccessTokens(which) }),
    "index-lag": ({ ms }) => {
      if (typeof ms !== "number") throw new Error("ms must be a number");
      control().searchIndexLag(ms);
    },
    limits: ({ mode, ...limits }) =>
      control().limits(mode === "off" || mode === "documented" ? mode : (limits as Partial<GoHighLevelLimits>)),
    company: (options) => world.addCompany(options as CompanyOptions),
    location: (options) => ({ id: world.addLocation(options as LocationOptions).id }),
    app: (options) => world.addApp(options as AppOptions),
    "private-token": (options) => ({ privateToken: world.addPrivateToken(options as PrivateTokenOptions) }),
    connect: (which) => {
      const { grant: _grant, ...tokens } = control().connect(which);
      return tokens;
    },
    subscriptions: ({ clientId, url, events }) =>
      control().webhooks(String(clientId), {
        url: String(url),
        ...(Array.isArray(events) ? { events: events.map(String) } : {}),
      }),
  };
}
