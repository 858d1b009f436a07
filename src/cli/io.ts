/** What a command reads and writes: data on the output stream, talk on the error stream. */
export interface Io {
  environment: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  say(text: string): void;
  readInput(): Promise<string>;
}

export interface OutputOptions {
  json?: boolean;
  quiet?: boolean;
  fields?: string;
}

export function createProcessIo(): Io {
  return {
    environment: process.env,
    out: (text) => void process.stdout.write(`${text}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    },
  };
}

/** Rows as a table for people, or a line of JSON for each. `columns` names what a person sees. */
export function printRows<Row extends object>(
  io: Io,
  rows: readonly Row[],
  columns: readonly (keyof Row & string)[],
  { json = false, fields }: OutputOptions,
): void {
  const wanted = fields?.split(",").map((field) => field.trim()) as (keyof Row & string)[] | undefined;
  if (json) {
    for (const row of rows) io.out(JSON.stringify(wanted ? pick(row, wanted) : row));
    return;
  }
  if (rows.length === 0) {
    io.say("Nothing there.");
    return;
  }
  const shown = wanted ?? columns;
  const lines = [[...shown], ...rows.map((row) => shown.map((column) => toCell(row[column])))];
  const widths = shown.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  for (const line of lines)
    io.out(
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

/** One thing: JSON, or its fields line by line. */
export function printOne(io: Io, value: object, { json = false, fields }: OutputOptions): void {
  const shown = fields ? pick(value, fields.split(",") as never[]) : value;
  if (json) {
    io.out(JSON.stringify(shown));
    return;
  }
  const width = Math.max(0, ...Object.keys(shown).map((name) => name.length));
  for (const [name, field] of Object.entries(shown)) io.out(`${name.padEnd(width)}  ${toCell(field)}`);
}

function pick<T extends object>(value: T, names: readonly (keyof T)[]): Partial<T> {
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Partial<T>;
}

function toCell(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
