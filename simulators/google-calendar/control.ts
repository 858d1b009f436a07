import type { Control, IssuedTokens } from "#simulators/kit";
import type { CalendarOptions } from "./calendar.ts";
import type { Channel } from "./channels.ts";
import type { CalendarEvent } from "./event.ts";
import {
  type AccessRole,
  type AccountOptions,
  type AppOptions,
  type CalendarLimits,
  type GoogleCalendarOptions,
  readLimits,
} from "./options.ts";
import type { Mail, World } from "./world.ts";
import { changeEvent, deleteEvent, insertEvent } from "./write.ts";

/** A look inside one calendar. Writes made here count as made by its owner, by hand. */
export interface CalendarControl {
  readonly id: string;
  events(): CalendarEvent[];
  event(id: string): CalendarEvent | undefined;
  /** Events by id, how many, or their fields; a number makes up that many, an hour each. */
  seed(events: number | Array<Record<string, unknown>>): string[];
  create(fields: Record<string, unknown>): CalendarEvent;
  edit(id: string, fields: Record<string, unknown>): CalendarEvent;
  cancel(id: string): void;
  /** Events that are not cancelled. */
  count(): number;
  /** Values of a private property that more than one live event has. */
  repeated(property: string): Array<{ value: string; ids: string[] }>;
  share(email: string, role: AccessRole): void;
  /** From now on earlier sync tokens are answered 410. */
  expireSyncTokens(): void;
}

export interface GoogleCalendarControl extends Control {
  /** The primary calendar of the first account, or the one with this id. */
  calendar(id?: string): CalendarControl;
  addAccount(options?: AccountOptions): string;
  addCalendar(options?: CalendarOptions & { email?: string }): CalendarControl;
  addApp(app: AppOptions): void;
  connect(which?: { clientId?: string; email?: string; scopes?: string[] }): IssuedTokens;
  revoke(which?: { clientId?: string; email?: string }): number;
  expireAccessTokens(which?: { clientId?: string; email?: string }): number;
  /** The person unticks these scopes on the next consent pages. */
  untick(...scopes: string[]): void;
  limits(limits: NonNullable<GoogleCalendarOptions["limits"]> | Partial<CalendarLimits>): void;
  /** So many of the next writes meet the calendar's own use limit. */
  overuse(writes: number): void;
  meetDelay(ms: number): void;
  mails(): Mail[];
  channels(): Channel[];
}

export function createControl(shared: Control, world: World): GoogleCalendarControl {
  const matches =
    ({ clientId, email }: { clientId?: string; email?: string } = {}) =>
    (grant: { clientId: string; accountId: string }) =>
      (clientId === undefined || grant.clientId === clientId) && (email === undefined || grant.accountId === email);
  return {
    ...shared,
    calendar: (id) => calendarControl(world, id ?? world.account().email),
    addAccount: (options = {}) => world.addAccount(options).email,
    addCalendar: ({ email, ...options } = {}) => {
      const { id } = world.addCalendar(world.account(email), options);
      return calendarControl(world, id);
    },
    addApp: world.addApp,
    connect: world.connect,
    revoke: (which) => world.oauth.revokeGrants(matches(which)),
    expireAccessTokens: (which) => world.oauth.expireAccessTokens(matches(which)),
    untick: (...scopes) => {
      world.unticked = new Set(scopes);
    },
    limits: (limits) => {
      world.limits = readLimits(limits);
    },
    overuse: (writes) => {
      world.overused = writes;
    },
    meetDelay: (ms) => {
      world.meetDelayMs = ms;
    },
    mails: () => [...world.mails],
    channels: world.channels.list,
  };
}

function calendarControl(world: World, id: string): CalendarControl {
  const calendar = world.calendars.get(id);
  if (!calendar) throw new Error(`The Google Calendar simulator has no calendar ${id}`);
  const options = { email: calendar.owner, sendUpdates: "none" as const, withConference: true, ifMatch: undefined };
  const events = () => calendar.all().map(({ event }) => event);
  const live = () => events().filter(({ status }) => status !== "cancelled");
  return {
    id: calendar.id,
    events,
    event: (one) => calendar.get(one)?.event,
    seed: (given) => (typeof given === "number" ? invent(world, given) : given).map((fields) => create(fields).id),
    create,
    edit: (one, fields) => changeEvent(world, calendar, one, fields, { ...options, replaces: false }).event,
    cancel: (one) => deleteEvent(world, calendar, one, options),
    count: () => live().length,
    repeated: (property) => {
      const held = new Map<string, string[]>();
      for (const event of live()) {
        const value = event.extendedProperties?.private?.[property];
        if (value !== undefined) held.set(value, [...(held.get(value) ?? []), event.id]);
      }
      return [...held].filter(([, ids]) => ids.length > 1).map(([value, ids]) => ({ value, ids }));
    },
    share: (email, role) => void world.account(email).roles.set(calendar.id, role),
    expireSyncTokens: () => {
      calendar.syncFloor = calendar.change() + 1;
    },
  };

  function create(fields: Record<string, unknown>): CalendarEvent {
    if (!calendar) throw new Error(`No calendar ${id}`);
    return insertEvent(world, calendar, fields, options).event;
  }
}

/** So many visits of an hour, one after the other from the next full hour on. */
function invent({ base: { clock } }: World, count: number): Array<Record<string, unknown>> {
  const hourMs = 3_600_000;
  const first = Math.ceil(clock.now() / hourMs) * hourMs;
  const time = (hours: number) => ({ dateTime: new Date(first + hours * hourMs).toISOString() });
  return Array.from({ length: count }, (_, index) => ({
    summary: `Visit ${index + 1}`,
    start: time(index),
    end: time(index + 1),
  }));
}
