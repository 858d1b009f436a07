const steps: [unit: Intl.RelativeTimeFormatUnit, ms: number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });

/** "4 min. ago", "in 2 hr."; under five seconds it is "just now". After a week it is the date. */
export function relative(at: string, now: number): string {
  const distance = Date.parse(at) - now;
  const size = Math.abs(distance);
  if (size < 5_000) return "just now";
  if (size > 7 * 86_400_000) return new Intl.DateTimeFormat("en", { dateStyle: "medium" }).format(new Date(at));
  for (const [unit, ms] of steps)
    if (size >= ms) return words.format(Math.trunc(distance / ms), unit).replaceAll(".", "");
  return "just now";
}

/** "Nov 20, 2026, 10:46:10 AM GMT-5": never without its zone. */
export function absolute(at: string): string {
  return new Intl.DateTimeFormat("en", {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  }).format(new Date(at));
}

/** "5 min 12 s", "48 s", "120 ms". */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  if (minutes < 60) return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Exact below 10,000, then "12.4k". */
export function count(value: number): string {
  return value < 10_000
    ? new Intl.NumberFormat("en").format(value)
    : new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}
