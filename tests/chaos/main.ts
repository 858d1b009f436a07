import { parseArgs } from "node:util";
import { callsChaos } from "./calls.ts";
import { refreshChaos } from "./refresh.ts";

// npm run chaos -- [calls] [refresh] [--short] [--engine embedded|postgres] [--seed n]
// Prints one JSON line per run and ends with 1 when anything was lost, doubled or handed in twice.
const usage = "Usage: npm run chaos -- [calls] [refresh] [--short] [--engine embedded|postgres] [--seed n]";
const runs = { calls: runCalls, refresh: runRefresh };
type Name = keyof typeof runs;

const { names, short, engines, serverUrl, seed } = readCommandLine();
if (!serverUrl) console.error("TIELINE_TEST_DATABASE_URL is not set: PostgreSQL is left out.");
let isSound = true;
for (const name of names) isSound = (await runs[name]()) && isSound;
process.exit(isSound ? 0 : 1);

async function runCalls(): Promise<boolean> {
  const [calls, kills, fewestKills] = short ? [300, 6, 6] : [2_000, 24, 20];
  let areSound = true;
  for (const engine of engines) {
    const report = await callsChaos({ engine, serverUrl, calls, kills, seed });
    console.log(JSON.stringify(report));
    areSound &&= report.lost === 0 && report.duplicated === 0 && report.kills >= fewestKills;
  }
  return areSound;
}

/** On PostgreSQL only: the files of the embedded database belong to one process. */
async function runRefresh(): Promise<boolean> {
  if (!engines.includes("postgres")) return true;
  const [processes, connections, kills] = short ? [4, 30, 8] : [16, 200, 40];
  const report = await refreshChaos({ serverUrl, processes, connections, kills, seed });
  console.log(JSON.stringify(report));
  return report.lost === 0 && report.reused === 0 && report.kills >= kills;
}

function readCommandLine() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { short: { type: "boolean" }, engine: { type: "string" }, seed: { type: "string" } },
    });
    const url = process.env.TIELINE_TEST_DATABASE_URL ?? "";
    const all: ("embedded" | "postgres")[] = url ? ["embedded", "postgres"] : ["embedded"];
    const wanted = values.engine ? all.filter((engine) => engine === values.engine) : all;
    const number = Number(values.seed ?? Date.now() % 100_000);
    if (!url && (values.engine === "postgres" || positionals.includes("refresh")))
      throw new Error("TIELINE_TEST_DATABASE_URL is not set, and this needs PostgreSQL.");
    if (positionals.every(isName) && wanted.length > 0 && Number.isInteger(number))
      return {
        names: positionals.length > 0 ? positionals : (Object.keys(runs) as Name[]),
        short: values.short ?? false,
        engines: wanted,
        serverUrl: url,
        seed: number,
      };
  } catch (error) {
    console.error((error as Error).message);
  }
  console.error(usage);
  process.exit(2);
}

function isName(name: string): name is Name {
  return Object.hasOwn(runs, name);
}
