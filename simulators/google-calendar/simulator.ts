import { createSimulator, type Knob, type Simulator } from "#simulators/kit";
import { createApi } from "./api.ts";
import { createControl, type GoogleCalendarControl } from "./control.ts";
import { failure } from "./errors.ts";
import type { AccessRole, CalendarLimits, GoogleCalendarOptions } from "./options.ts";
import { readState, showWorld } from "./page.ts";
import { calendarRoutes } from "./routes/calendars.ts";
import { eventRoutes } from "./routes/events.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { createWorld } from "./world.ts";

/** A Google Calendar of our own: accounts, apps, tokens, calendars and events, on one local port. */
export function createGoogleCalendarSimulator(options: GoogleCalendarOptions = {}): Simulator<GoogleCalendarControl> {
  return createSimulator(options, (base) => {
    const world = createWorld(base, options);
    let control: GoogleCalendarControl;
    const api = createApi(world, oauthRoutes(world), [eventRoutes, calendarRoutes]);
    return {
      id: "google-calendar",
      name: "Google Calendar",
      handle: api.handle,
      failure,
      knobs: knobsOf(() => control),
      state: (query) => readState(world, query),
      page: (query) => showWorld(world, query),
      reset: world.reset,
      control: (shared) => {
        control = createControl(shared, world);
        return control;
      },
    };
  });
}

function knobsOf(control: () => GoogleCalendarControl): Record<string, Knob> {
  const calendar = (id: unknown) => control().calendar(id === undefined ? undefined : String(id));
  return {
    seed: ({ calendar: id, events }) => ({ ids: calendar(id).seed(events as number) }),
    account: (options) => ({ email: control().addAccount(options) }),
    calendar: (options) => ({ id: control().addCalendar(options).id }),
    share: ({ calendar: id, email, role }) => calendar(id).share(String(email), role as AccessRole),
    app: (options) => control().addApp(options),
    connect: (which) => {
      const { grant: _grant, ...tokens } = control().connect(which as { email?: string });
      return tokens;
    },
    revoke: (which) => ({ revoked: control().revoke(which as { email?: string }) }),
    expire: (which) => ({ expired: control().expireAccessTokens(which as { email?: string }) }),
    "expire-sync": ({ calendar: id }) => calendar(id).expireSyncTokens(),
    untick: ({ scopes }) => control().untick(...((scopes ?? []) as string[])),
    limits: ({ mode, ...some }) =>
      control().limits(mode === "off" || mode === "documented" ? mode : (some as Partial<CalendarLimits>)),
    overuse: ({ writes }) => control().overuse(Number(writes ?? 1)),
  };
}
