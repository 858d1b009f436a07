/** What every bench is given. */
export interface BenchOptions {
  engine: "embedded" | "postgres";
  serverUrl: string;
  /** A tenth of the work, to see that it runs. */
  quick: boolean;
  report: Report;
}

export interface Report {
  /** One finding: printed as a JSON line at once, and in the table at the end. */
  add(engine: string, what: string, figures: Record<string, number | string>): void;
  printTable(): void;
}

export function createReport(bench: string): Report {
  const rows: { engine: string; what: string; figures: string }[] = [];
  return {
    add(engine, what, figures) {
      console.log(JSON.stringify({ bench, engine, what, ...figures }));
      rows.push({
        engine,
        what,
        figures: Object.entries(figures)
          .map(([name, value]) => `${name} ${value}`)
          .join(" · "),
      });
    },
    printTable() {
      const width = (key: "engine" | "what") => Math.max(...rows.map((row) => row[key].length));
      for (const row of rows)
        console.error(`${row.engine.padEnd(width("engine"))}  ${row.what.padEnd(width("what"))}  ${row.figures}`);
    },
  };
}

/** A ratio to a floor, to two places; 0 when there is no floor. */
export function ratio(figure: number, floor: number): number {
  return floor > 0 ? Math.round((figure / floor) * 100) / 100 : 0;
}
