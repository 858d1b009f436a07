import { type CalendarEvent, instantOf, type Kept } from "./event.ts";
import { expand } from "./recurrence.ts";

export interface Calendar {
  readonly id: string;
  summary: string;
  timeZone: string;
  /** The account it belongs to. */
  readonly owner: string;
  /** Whether anybody may ask when it is busy. */
  isOpen: boolean;
  /** The app that made it, when no person did. */
  madeBy: string | undefined;
  /** Sync tokens from before this change are no longer taken. */
  syncFloor: number;
  change(): number;
  get(id: string): Kept | undefined;
  put(event: CalendarEvent, at: number, meetAskedAt?: number): Kept;
  all(): Kept[];
  /** Exceptions of a series, by the start they had before. */
  exceptions(seriesId: string): Kept[];
  /** Single events and occurrences that touch the span, cancelled ones left out. */
  between(from: number, to: number): CalendarEvent[];
  /** The occurrence of a series with this id, as an event of its own. */
  occurrence(id: string): CalendarEvent | undefined;
}

export interface CalendarOptions {
  id?: string;
  summary?: string;
  timeZone?: string;
  isOpen?: boolean;
}

export function createCalendar(options: Required<CalendarOptions> & { owner: string }): Calendar {
  const events = new Map<string, Kept>();
  let changes = 0;
  const calendar: Calendar = {
    ...options,
    madeBy: undefined,
    syncFloor: 0,
    change: () => changes,
    get: (id) => events.get(id),
    put,
    all: () => [...events.values()],
    exceptions,
    between,
    occurrence,
  };
  return calendar;

  function put(event: CalendarEvent, at: number, meetAskedAt?: number): Kept {
    const known = events.get(event.id);
    const kept: Kept = {
      event: { ...event, updated: new Date(at).toISOString() },
      number: known?.number ?? events.size,
      change: ++changes,
      updatedAt: at,
      meetAskedAt: meetAskedAt ?? known?.meetAskedAt,
    };
    events.set(event.id, kept);
    return kept;
  }

  function exceptions(seriesId: string): Kept[] {
    return [...events.values()].filter(({ event }) => event.recurringEventId === seriesId);
  }

  function between(from: number, to: number): CalendarEvent[] {
    const found: CalendarEvent[] = [];
    for (const { event } of events.values()) {
      if (event.status === "cancelled") continue;
      if (event.recurrence) found.push(...occurrences(event, from, to));
      else if (touches(event, from, to)) found.push(event);
    }
    return found;
  }

  function occurrences(series: CalendarEvent, from: number, to: number): CalendarEvent[] {
    const changed = new Set(exceptions(series.id).map(({ event }) => event.id));
    return expand(series, calendar.timeZone, from, to)
      .filter(({ suffix }) => !changed.has(`${series.id}_${suffix}`))
      .map((one) => instance(series, one));
  }

  function occurrence(id: string): CalendarEvent | undefined {
    const [, seriesId = "", suffix] = /^(.+)_(\d{8}(?:T\d{6}Z)?)$/.exec(id) ?? [];
    const series = events.get(seriesId)?.event;
    if (!series?.recurrence || series.status === "cancelled") return undefined;
    const one = expand(series, calendar.timeZone, 0, Number.MAX_SAFE_INTEGER).find((each) => each.suffix === suffix);
    return one && instance(series, one);
  }

  function touches({ start, end }: CalendarEvent, from: number, to: number): boolean {
    return instantOf(end, calendar.timeZone) > from && instantOf(start, calendar.timeZone) < to;
  }
}

function instance(series: CalendarEvent, { suffix, ...times }: ReturnType<typeof expand>[number]): CalendarEvent {
  const { recurrence: _recurrence, ...rest } = series;
  return { ...rest, ...times, id: `${series.id}_${suffix}`, recurringEventId: series.id };
}
