import { mkdir, statfs } from "node:fs/promises";
import type { Command } from "commander";
import { Redis } from "ioredis";
import { type Config, createLog, openStorage, readConfig, readEncryptionKeys } from "#app";
import { PlatformError } from "#core";
import type { Db } from "#db";
import { describeFailure, exitCodes } from "../exit-codes.ts";
import { type Io, printRows } from "../io.ts";
import { outputOf } from "./server.ts";

type Finding = { check: string; state: "ok" | "warning" | "failed" | "skipped"; detail: string };
type Found = string | { warning: string } | { skipped: string };

/** Looks at everything the product stands on, and says what to do about each thing that is not well. */
export function addDoctorCommand(program: Command, io: Io, end: (code: number) => void): void {
  program
    .command("doctor")
    .description("Check runtime, settings, database, keys, disk, clock and Redis")
    .action(async (_options, command: Command) => {
      const findings = await examine(io);
      const marks = { ok: "✔", warning: "!", failed: "✖", skipped: "–" };
      const { json } = outputOf(command);
      const rows = findings.map((finding) =>
        json ? finding : { ...finding, state: `${marks[finding.state]} ${finding.state}` },
      );
      printRows(io, rows, ["state", "check", "detail"], outputOf(command));
      if (findings.some(({ state }) => state === "failed")) end(exitCodes.failed);
    });
}

async function examine(io: Io): Promise<Finding[]> {
  const findings: Finding[] = [];
  await look("runtime", async () => checkRuntime());
  const config = await look(
    "settings",
    async () => readConfig(io.environment),
    ({ unknown }) =>
      unknown.length > 0 ? { warning: `No such settings: ${unknown.join(", ")}.` } : "All can be used.",
  );
  if (!config) return findings;
  await look(
    "keys",
    () => readEncryptionKeys(config, () => {}),
    (keys) => `Sealing with ${keys[0]?.id}; ${keys.length} in all.`,
  );
  await look("disk", () => checkDisk(config));
  const db = await look(
    "database",
    () => openStorage(config, createLog("silent")),
    ({ engine }) =>
      engine === "pglite"
        ? "Embedded; the durability self-test passed and the schema is current."
        : "PostgreSQL; the schema is current.",
  );
  if (db) {
    await look("durability", () => checkDurability(db));
    await look("clock", () => checkClock(db));
    await db.close();
  }
  await look("redis", () => checkRedis(config));
  return findings;

  async function look<T>(check: string, run: () => Promise<T>, describe?: (value: T) => Found): Promise<T | null> {
    try {
      const value = await run();
      const found = describe ? describe(value) : (value as Found);
      if (typeof found === "string") findings.push({ check, state: "ok", detail: found });
      else if ("warning" in found) findings.push({ check, state: "warning", detail: found.warning });
      else findings.push({ check, state: "skipped", detail: found.skipped });
      return value;
    } catch (error) {
      findings.push({ check, state: "failed", detail: describeFailure(error).replaceAll("\n", " ") });
      return null;
    }
  }
}

function checkRuntime(): Found {
  const { node, tz } = process.versions;
  return `Node ${node}, zone rules ${tz ?? "unknown"}.`;
}

async function checkDisk({ TIELINE_DATA_DIR }: Config): Promise<Found> {
  await mkdir(TIELINE_DATA_DIR, { recursive: true });
  const { bavail, bsize } = await statfs(TIELINE_DATA_DIR);
  const freeGb = (bavail * bsize) / 1e9;
  if (freeGb < 1)
    return { warning: `Only ${freeGb.toFixed(2)} GB are free: the database stops storing when it is full.` };
  return `${freeGb.toFixed(0)} GB free.`;
}

async function checkDurability(db: Db): Promise<Found> {
  if (db.engine === "pglite") return "Each commit waits for the disk.";
  const settings = await db.transaction((tx) =>
    tx.query<{ name: string; setting: string }>(
      "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')",
    ),
  );
  const off = settings.filter(({ setting }) => setting === "off").map(({ name }) => name);
  if (off.length > 0) return { warning: `${off.join(", ")} is off: a crash of the server can lose what was accepted.` };
  return "Each commit waits for the disk.";
}

async function checkClock(db: Db): Promise<Found> {
  const before = Date.now();
  const [row] = await db.transaction((tx) => tx.query<{ now: Date }>("select clock_timestamp() as now"));
  const skewMs = Math.abs((row?.now.getTime() ?? 0) - (before + Date.now()) / 2);
  if (skewMs > 5_000) return { warning: `This machine and the database are ${Math.round(skewMs / 1000)} s apart.` };
  return "This machine and the database agree.";
}

async function checkRedis({ REDIS_URL }: Config): Promise<Found> {
  if (!REDIS_URL) return { skipped: "Not used." };
  const redis = new Redis(REDIS_URL, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on("error", () => {}); // told by the command that fails
  try {
    await redis.connect();
    const [, policy] = (await redis.config("GET", "maxmemory-policy")) as string[];
    const [, appendOnly] = (await redis.config("GET", "appendonly")) as string[];
    if (policy !== "noeviction" || appendOnly !== "yes")
      throw new PlatformError("redis.unsuited", `Redis is ${policy} with appendonly ${appendOnly}.`);
    return "Reachable, noeviction, append-only.";
  } finally {
    redis.disconnect();
  }
}
