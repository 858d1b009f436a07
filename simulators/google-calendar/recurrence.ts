import { type EventTime, instantOf, textIn } from "./event.ts";

/** One occurrence of a series. */
export interface Occurrence {
  /** What is appended to the id of the series. */
  suffix: string;
  originalStartTime: EventTime;
  start: EventTime;
  end: EventTime;
}

interface Rule {
  unit: "days" | "weeks" | "months" | "years";
  interval: number;
  count: number;
  until: number;
  /** Weekdays from Monday = 1; only for weekly rules. */
  weekdays: number[];
}

const units = { DAILY: "days", WEEKLY: "weeks", MONTHLY: "months", YEARLY: "years" } as const;
const weekdayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const mostOccurrences = 2_000;

/** Why a recurrence cannot be read, or undefined. */
export function recurrenceProblem(lines: readonly string[]): string | undefined {
  const rules = lines.filter((line) => line.startsWith("RRULE:"));
  const strange = lines.find((line) => !/^(RRULE|EXRULE|RDATE|EXDATE)[;:]/.test(line));
  if (strange !== undefined) return `Invalid recurrence rule: ${strange}`;
  for (const rule of rules) if (!readRule(rule)) return `Invalid recurrence rule: ${rule}`;
  return undefined;
}

/** The occurrences of a series that end after `from` and start before `to`. Clock time stays, so summer time moves with it. */
export function expand(
  { start, end, recurrence = [] }: { start: EventTime; end: EventTime; recurrence?: string[] },
  calendarZone: string,
  from: number,
  to: number,
): Occurrence[] {
  const rule = readRule(recurrence.find((line) => line.startsWith("RRULE:")) ?? "");
  if (!rule) return [];
  const zone = start.timeZone ?? calendarZone;
  const isDay = start.date !== undefined;
  const first = Temporal.Instant.fromEpochMilliseconds(instantOf(start, calendarZone)).toZonedDateTimeISO(zone);
  const lengthMs = instantOf(end, calendarZone) - first.epochMilliseconds;
  const skipped = excluded(recurrence, zone);
  const found: Occurrence[] = [];
  let made = 0;
  for (let step = 0; made < rule.count && made < mostOccurrences; step++) {
    const base = first.add({ [rule.unit]: step * rule.interval });
    const days =
      rule.weekdays.length > 0 ? rule.weekdays.map((day) => base.add({ days: day - base.dayOfWeek })) : [base];
    // A month without this day has no occurrence.
    if (["months", "years"].includes(rule.unit) && base.day !== first.day) {
      if (base.epochMilliseconds > Math.min(to, rule.until)) return found;
      continue;
    }
    for (const at of days) {
      const ms = at.epochMilliseconds;
      if (ms < first.epochMilliseconds) continue;
      if (ms > rule.until || ms >= to || made >= rule.count) return found;
      made++;
      if (skipped.has(isDay ? at.toPlainDate().toString() : String(ms)) || ms + lengthMs <= from) continue;
      found.push(occurrence(at, lengthMs, isDay, zone));
    }
  }
  return found;
}

function occurrence(at: Temporal.ZonedDateTime, lengthMs: number, isDay: boolean, zone: string): Occurrence {
  if (isDay) {
    const date = at.toPlainDate();
    const days = Math.max(1, Math.round(lengthMs / 86_400_000));
    const original = { date: date.toString() };
    return {
      suffix: date.toString().replaceAll("-", ""),
      originalStartTime: original,
      start: original,
      end: { date: date.add({ days }).toString() },
    };
  }
  const time = (ms: number) => ({ dateTime: textIn(zone, ms), timeZone: zone });
  const start = time(at.epochMilliseconds);
  return {
    suffix: `${at
      .toInstant()
      .toString()
      .replace(/[-:]|\.\d+/g, "")}`,
    originalStartTime: start,
    start,
    end: time(at.epochMilliseconds + lengthMs),
  };
}

function readRule(line: string): Rule | undefined {
  const parts = new Map(
    line
      .replace(/^RRULE:/, "")
      .split(";")
      .map((part) => part.split("=") as [string, string]),
  );
  const unit = units[parts.get("FREQ") as keyof typeof units];
  const known = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"];
  if (!unit || [...parts.keys()].some((name) => !known.includes(name))) return undefined;
  const weekdays = (parts.get("BYDAY")?.split(",") ?? []).map((name) => weekdayNames.indexOf(name) + 1);
  if (weekdays.includes(0) || (weekdays.length > 0 && unit !== "weeks")) return undefined;
  const until = parts.get("UNTIL");
  return {
    unit,
    interval: Number(parts.get("INTERVAL") ?? 1),
    count: Number(parts.get("COUNT") ?? Number.POSITIVE_INFINITY),
    until: until === undefined ? Number.POSITIVE_INFINITY : readStamp(until, "UTC"),
    weekdays: weekdays.sort((a, b) => a - b),
  };
}

function excluded(lines: readonly string[], zone: string): Set<string> {
  const days = new Set<string>();
  for (const line of lines) {
    const [, named, list] = /^EXDATE(?:;TZID=([^:;]+))?(?:;VALUE=DATE)?:(.*)$/.exec(line) ?? [];
    for (const stamp of list?.split(",") ?? []) {
      if (/^\d{8}$/.test(stamp)) days.add(stamp.replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3"));
      else days.add(String(readStamp(stamp, named ?? zone)));
    }
  }
  return days;
}

/** `20261101T090000Z`, a local time of a zone, or a day (then its end, in UTC). */
function readStamp(stamp: string, zone: string): number {
  const [, year, month, day, hour = "23", minute = "59", second = "59", utc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(stamp) ?? [];
  if (year === undefined) return Number.POSITIVE_INFINITY;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  return Temporal.PlainDateTime.from(text).toZonedDateTime(utc ? "UTC" : zone).epochMilliseconds;
}
