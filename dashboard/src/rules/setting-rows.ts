/** One line of a table that stands for a JSON setting. */
export interface Row {
  left: string;
  right: string;
}

export interface Conditions {
  minSeconds: string;
  rows: Row[];
}

/** The short form of a field mapping as rows; null when it is in its long form, which rows cannot show. */
export function mappingRows(json: string): Row[] | null {
  const value = parseObject(json);
  if (!value) return null;
  const entries = Object.entries(value);
  return entries.every(([, right]) => typeof right === "string")
    ? entries.map(([left, right]) => ({ left, right: String(right) }))
    : null;
}

export function mappingJson(rows: Row[]): string {
  const named = rows.filter(({ left, right }) => left.trim() || right.trim());
  return named.length === 0
    ? ""
    : JSON.stringify(Object.fromEntries(named.map(({ left, right }) => [left.trim(), right.trim()])));
}

/** Conditions as "field is one of these"; null when a value is no text, which rows cannot show. */
export function conditionRows(json: string): Conditions | null {
  const value = parseObject(json);
  if (!value) return null;
  const { min_duration_seconds: minSeconds, ...fields } = value;
  if (minSeconds !== undefined && typeof minSeconds !== "number") return null;
  const rows: Row[] = [];
  for (const [left, wanted] of Object.entries(fields)) {
    const all = Array.isArray(wanted) ? wanted : [wanted];
    // A comma inside a value would become a border between two.
    if (!all.every((one) => typeof one === "string" && !one.includes(","))) return null;
    rows.push({ left, right: all.join(", ") });
  }
  return { minSeconds: minSeconds === undefined ? "" : String(minSeconds), rows };
}

export function conditionJson({ minSeconds, rows }: Conditions): string {
  const fields = rows
    .filter(({ left, right }) => left.trim() && right.trim())
    .map(
      ({ left, right }) =>
        [
          left.trim(),
          right
            .split(",")
            .map((one) => one.trim())
            .filter(Boolean),
        ] as const,
    );
  const seconds = minSeconds.trim() === "" ? {} : { min_duration_seconds: Number(minSeconds) };
  const value = { ...Object.fromEntries(fields), ...seconds };
  return Object.keys(value).length === 0 ? "" : JSON.stringify(value);
}

function parseObject(json: string): Record<string, unknown> | null {
  if (json.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
