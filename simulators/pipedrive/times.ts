/** `2026-02-15T14:30:00Z`, as v2 writes instants. */
export function toV2Time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** `2026-02-15 14:30:00`, in UTC and without saying so, as v1 writes instants. */
export function toV1Time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** Reads v1's form; undefined for anything else. */
export function readV1Time(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)) return undefined;
  const ms = Date.parse(`${value.replace(" ", "T")}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Reads RFC 3339; undefined for anything else. */
export function readV2Time(value: unknown): number | undefined {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  if (typeof value !== "string" || !form.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

export function isDate(value: unknown): value is string {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  return !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value);
}

/** `14:30` or `14:30:00`; hours up to `maxHour`. */
export function isTime(value: unknown, maxHour = 23): value is string {
  const found = typeof value === "string" ? /^(\d\d):([0-5]\d)(:[0-5]\d)?$/.exec(value) : null;
  return found !== null && Number(found[1]) <= maxHour;
}
