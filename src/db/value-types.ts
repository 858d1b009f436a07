import pg from "pg";

const int8 = 20;
const int8Array = 1016;
const asText = new Set([
  1082, // date: a day has no instant, so it stays `2026-03-02`
  1083, // time
  1114, // timestamp without zone
  1186, // interval
]);
const asTextArrays = new Set([1115, 1182, 1183, 1187]);

/**
 * How column values arrive, the same on both engines: timestamptz as Date, json parsed, bytea as Buffer, numeric as
 * string, date as `YYYY-MM-DD`, bigint as number (and an error beyond 2⁵³, rather than digits lost: cast to text then).
 */
export const valueTypes: pg.CustomTypesConfig = {
  // biome-ignore lint/suspicious/noExplicitAny: the driver's own signature
  getTypeParser: ((oid: number, format?: "text" | "binary"): any => {
    if (oid === int8) return toExactNumber;
    if (oid === int8Array) {
      const parseArray = textArray();
      return (text: string) => parseArray(text).map((item) => (item === null ? null : toExactNumber(item)));
    }
    if (asText.has(oid)) return (text: string) => text;
    if (asTextArrays.has(oid)) return textArray();
    return pg.types.getTypeParser(oid, format as "text");
  }) as typeof pg.types.getTypeParser,
};

function textArray(): (text: string) => (string | null)[] {
  return pg.types.getTypeParser(1009 as never, "text");
}

function toExactNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`bigint ${text} is beyond 2^53: cast it to text in the query.`);
  return number;
}
